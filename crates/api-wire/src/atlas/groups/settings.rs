//! The switches of a project as dated 2023-01-01. It must not know the domain.

use std::collections::BTreeMap;

use crate::body::{Limits, parse};
use crate::fault::Fault;
use crate::schema::{FLAG, Field, Kind, Schema};

/// All switches by their names, as an answer shows them.
pub type GroupSettings = BTreeMap<&'static str, bool>;

/// What a PATCH says about them.
#[derive(Debug)]
pub struct GroupSettingsUpdate(pub Vec<(&'static str, bool)>);

impl GroupSettingsUpdate {
    /// Reads the body of a PATCH.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &SCHEMA, Limits::default())?;
        let mut set = Vec::new();
        for field in FIELDS {
            let given = body.flag(field.name).map_err(|fault| vec![fault])?.value();
            set.extend(given.map(|on| (field.name, on)));
        }
        Ok(Self(set))
    }
}

/// The shape of the switches, in a PATCH and in answers.
pub static SCHEMA: Schema = Schema {
    name: Some("GroupSettings"),
    description: "The switches of a project. They are kept for clients that manage them: the features are not here.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

const fn switch(name: &'static str, description: &'static str) -> Field {
    Field::optional(name, &FLAG, description).nullable()
}

static FIELDS: &[Field] = &[
    switch("isClusterAiAssistantEnabled", "An assistant for clusters."),
    switch("isCollectDatabaseSpecificsStatisticsEnabled", "Figures about single databases."),
    switch("isDataExplorerEnabled", "Looking into collections."),
    switch("isDataExplorerGenAIFeaturesEnabled", "Generated queries."),
    switch("isDataExplorerGenAISampleDocumentPassingEnabled", "Sample documents for generated queries."),
    switch("isDataValidationEnabled", "Checks of data."),
    switch("isExtendedStorageSizesEnabled", "Larger disks."),
    switch("isNativeRerankingEnabled", "Another order of search results."),
    switch("isPerformanceAdvisorEnabled", "Advice on indexes."),
    switch("isRealtimePerformancePanelEnabled", "Figures as they come."),
    switch("isSchemaAdvisorEnabled", "Advice on schemas."),
];

#[cfg(test)]
mod tests {
    use super::GroupSettingsUpdate;

    #[test]
    fn reads_what_is_said() {
        let read = GroupSettingsUpdate::read(br#"{"isSchemaAdvisorEnabled":false,"isDataExplorerEnabled":null}"#);
        assert_eq!(read.unwrap().0, [("isSchemaAdvisorEnabled", false)]);
        let faults = GroupSettingsUpdate::read(br#"{"isSchemaAdvisorEnabled":"no","x":true}"#).unwrap_err();
        assert_eq!(faults.len(), 2);
    }
}
