//! The words of AWS's query protocol on top of the server of canned answers.

pub(super) use crate::clouds::fake::{Call, Fake, Reply};

impl Call {
    pub fn action(&self) -> &str {
        self.get("Action")
    }

    /// `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/…`
    pub fn scope(&self) -> Vec<String> {
        let header = self.headers.get("authorization").cloned().unwrap_or_default();
        let scope = header
            .split("Credential=")
            .nth(1)
            .unwrap_or_default()
            .split(',')
            .next()
            .unwrap_or_default();
        scope.split('/').map(ToOwned::to_owned).collect()
    }

    pub fn access_key(&self) -> String {
        self.scope().first().cloned().unwrap_or_default()
    }
}

impl Reply {
    pub fn ok(action: &str, result: &str) -> Self {
        Self::Body(
            200,
            format!(
                "<{action}Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><{action}Result>{result}</{action}Result>\
                 <ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></{action}Response>"
            ),
        )
    }

    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::Body(status, error_body(code, message))
    }
}

pub(super) fn error_body(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>r-2</RequestId></ErrorResponse>"
    )
}

impl Fake {
    pub fn actions(&self) -> Vec<String> {
        self.calls().iter().map(|call| call.action().to_owned()).collect()
    }

    pub fn count(&self, action: &str) -> usize {
        self.calls().iter().filter(|call| call.action() == action).count()
    }
}
