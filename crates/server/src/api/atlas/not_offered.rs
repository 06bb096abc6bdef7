//! Parts of Atlas that are not offered: reading them answers that there is nothing, in Atlas's shape.

use api_wire::query::QueryParameter;
use serde::Serialize;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one thing that says so.
/// Errors: those of finding the project.
pub async fn one<T: Serialize + Sync>(api: &Api, call: &Call, answer: &T) -> Result<Answer, Refused> {
    api.control().project(call.caller()?, call.project()?).await?;
    call.single(answer)
}

/// Answers with a page of nothing; its links keep what was asked for by the filters.
/// Errors: those of finding the project.
pub async fn page(api: &Api, call: &Call, filters: &[&QueryParameter]) -> Result<Answer, Refused> {
    api.control().project(call.caller()?, call.project()?).await?;
    let asked = filters.iter().filter_map(|filter| Some((filter.name, call.query.text(filter.name)?.to_owned())));
    call.page(Vec::<()>::new(), 0, &asked.collect::<Vec<_>>())
}

/// Answers with a bare list of nothing.
/// Errors: those of finding the project.
pub async fn list(api: &Api, call: &Call) -> Result<Answer, Refused> {
    one(api, call, &Vec::<()>::new()).await
}

/// Answers with a bare list of nothing for one cloud.
/// Errors: those of finding the project; `NoSuchPath` if there is no such cloud.
pub async fn list_of_cloud(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let cloud = call.parameter("cloudProvider");
    if !matches!(cloud, "AWS" | "AZURE" | "GCP") {
        return Err(Refused::NoSuchPath(cloud.to_owned()));
    }
    list(api, call).await
}
