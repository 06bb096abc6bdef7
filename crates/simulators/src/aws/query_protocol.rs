//! The AWS query protocol, as STS and IAM speak it: form fields in, XML out.
//! It must not know what an operation does.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use http_body_util::Full;
use quick_xml::escape::escape;

use super::error::ServiceError;
use super::sigv4::Refusal;
use crate::door::Answer;

/// The services that speak it, known apart by the Version they send. EC2 spells its answers its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueryService {
    Sts,
    Iam,
    Ec2,
}

impl QueryService {
    pub(crate) const STS_VERSION: &'static str = "2011-06-15";
    pub(crate) const IAM_VERSION: &'static str = "2010-05-08";
    pub(crate) const EC2_VERSION: &'static str = "2016-11-15";

    pub(crate) fn version(self) -> &'static str {
        match self {
            Self::Sts => Self::STS_VERSION,
            Self::Iam => Self::IAM_VERSION,
            Self::Ec2 => Self::EC2_VERSION,
        }
    }

    /// As in a credential's scope.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Iam => "iam",
            Self::Ec2 => "ec2",
        }
    }

    fn namespace(self) -> &'static str {
        match self {
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            Self::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Self::Ec2 => "http://ec2.amazonaws.com/doc/2016-11-15/",
        }
    }
}

/// The fields of a request, taken one by one, so that what is left over can be refused.
#[derive(Debug, Default)]
pub(crate) struct Form {
    left: BTreeMap<String, String>,
}

impl Form {
    /// Errors: `MalformedInput` where a field comes twice: which one counts would be a guess.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, ServiceError> {
        let mut left = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            if left.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(ServiceError::new("MalformedInput", format!("{name} comes twice")));
            }
        }
        Ok(Self { left })
    }

    /// Reads a field that stays.
    pub(crate) fn peek(&self, name: &str) -> Option<&str> {
        self.left.get(name).map(String::as_str)
    }

    /// Takes a field; an empty one is absent.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.left.remove(name).filter(|value| !value.is_empty())
    }

    /// Errors: `ValidationError` where it is absent.
    pub(crate) fn required(&mut self, name: &str) -> Result<String, ServiceError> {
        self.take(name).ok_or_else(|| {
            let mut member = name.to_owned();
            if let Some(first) = member.get_mut(..1) {
                first.make_ascii_lowercase();
            }
            validation(&format!("Value null at '{member}' failed to satisfy constraint: Member must not be null"))
        })
    }

    /// Errors: `ValidationError` where it is no number.
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u32>, ServiceError> {
        match self.take(name) {
            None => Ok(None),
            Some(text) => match text.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(validation(&format!("{name} must be a number"))),
            },
        }
    }

    /// Reads the name of a field that nobody took.
    pub(crate) fn first_left(&self) -> Option<&str> {
        self.left.keys().next().map(String::as_str)
    }

    /// Errors: `ValidationError` for a field that is unknown or not modelled.
    pub(crate) fn none_left(&self) -> Result<(), ServiceError> {
        match self.first_left() {
            None => Ok(()),
            Some(name) => Err(validation(&format!("parameter {name} is unknown, or not modelled by this simulator"))),
        }
    }
}

pub(crate) fn validation(words: &str) -> ServiceError {
    ServiceError::new("ValidationError", format!("1 validation error detected: {words}"))
}

/// XML being written.
#[derive(Default)]
pub(crate) struct Xml(String);

impl Xml {
    /// An element that holds a text.
    pub(crate) fn text(&mut self, name: &str, text: &str) -> &mut Self {
        self.0.push_str(&format!("<{name}>{}</{name}>", escape(text)));
        self
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }

    /// An element that holds others.
    pub(crate) fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) -> &mut Self {
        self.0.push_str(&format!("<{name}>"));
        inside(self);
        self.0.push_str(&format!("</{name}>"));
        self
    }
}

/// The answer to an action; `result` is what stands inside `<ActionResult>`, if the action has one.
pub(crate) fn answer(service: QueryService, action: &str, result: Option<Xml>, request_id: &str) -> Answer {
    let mut body = format!("<{action}Response xmlns=\"{}\">", service.namespace());
    if let Some(Xml(result)) = result {
        body.push_str(&format!("<{action}Result>{result}</{action}Result>"));
    }
    body.push_str(&format!(
        "<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
    ));
    build(StatusCode::OK, body, request_id)
}

pub(crate) fn error(service: QueryService, error: &ServiceError, request_id: &str) -> Answer {
    let blame = if error.status < 500 { "Sender" } else { "Receiver" };
    let body = format!(
        "<ErrorResponse xmlns=\"{}\"><Error><Type>{blame}</Type><Code>{}</Code><Message>{}</Message></Error>\
         <RequestId>{request_id}</RequestId></ErrorResponse>",
        service.namespace(),
        error.code,
        escape(error.message.as_deref().unwrap_or_default()),
    );
    build(StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body, request_id)
}

/// Spells a refused signature as STS and IAM do.
/// Source: "Common errors", STS API reference; answers of the service.
pub(crate) fn refused(refusal: Refusal) -> ServiceError {
    let forbidden = |code, words: &str| ServiceError::with_status(code, 403, words);
    match refusal {
        Refusal::Missing => forbidden("MissingAuthenticationToken", "Request is missing Authentication Token"),
        Refusal::Incomplete(words) => ServiceError::new("IncompleteSignature", words),
        Refusal::Scope(words) | Refusal::Date(words) => forbidden("SignatureDoesNotMatch", &words),
        Refusal::UnknownKey => {
            forbidden("InvalidClientTokenId", "The security token included in the request is invalid.")
        }
        Refusal::ExpiredSession => forbidden("ExpiredToken", "The security token included in the request is expired"),
        Refusal::Mismatch => forbidden(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details.",
        ),
    }
}

pub(crate) fn build(status: StatusCode, body: String, request_id: &str) -> Answer {
    let mut answer = Answer::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    answer
}
