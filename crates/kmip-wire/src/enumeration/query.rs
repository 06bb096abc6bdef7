//! What a client asks a server about itself. It must not know the answers.

use super::enumeration;

enumeration! {
    /// One thing to ask about a server.
    pub struct QueryFunction {
        QUERY_OPERATIONS = 0x01 "Query Operations",
        QUERY_OBJECTS = 0x02 "Query Objects",
        QUERY_SERVER_INFORMATION = 0x03 "Query Server Information",
        QUERY_APPLICATION_NAMESPACES = 0x04 "Query Application Namespaces",
        QUERY_EXTENSION_LIST = 0x05 "Query Extension List",
        QUERY_EXTENSION_MAP = 0x06 "Query Extension Map",
        QUERY_ATTESTATION_TYPES = 0x07 "Query Attestation Types",
        QUERY_RNGS = 0x08 "Query RNGs",
        QUERY_VALIDATIONS = 0x09 "Query Validations",
        QUERY_PROFILES = 0x0a "Query Profiles",
        QUERY_CAPABILITIES = 0x0b "Query Capabilities",
        QUERY_CLIENT_REGISTRATION_METHODS = 0x0c "Query Client Registration Methods",
    }
    /// One thing to ask about a server: all things there are in 1.4.
    pub enum QueryTopic {
        Operations = QUERY_OPERATIONS,
        Objects = QUERY_OBJECTS,
        ServerInformation = QUERY_SERVER_INFORMATION,
        ApplicationNamespaces = QUERY_APPLICATION_NAMESPACES,
        ExtensionList = QUERY_EXTENSION_LIST,
        ExtensionMap = QUERY_EXTENSION_MAP,
        AttestationTypes = QUERY_ATTESTATION_TYPES,
        Rngs = QUERY_RNGS,
        Validations = QUERY_VALIDATIONS,
        Profiles = QUERY_PROFILES,
        Capabilities = QUERY_CAPABILITIES,
        ClientRegistrationMethods = QUERY_CLIENT_REGISTRATION_METHODS,
    }
}
