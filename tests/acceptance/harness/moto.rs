//! moto: an emulated IAM and STS that nobody here wrote. It neither verifies tokens nor knows `AddClientID…`.

use super::process::Service;
use super::python::Python;
use std::sync::{Mutex, OnceLock};

/// The account that moto gives to unknown credentials.
pub const ACCOUNT: &str = "123456789012";

/// One server for the whole test program; tests keep apart by the names they use. It ends with the program, whose
/// end closes its standard input.
pub struct Moto {
    _service: Mutex<Service>,
    port: u64,
}

impl Moto {
    pub fn shared() -> &'static Self {
        static MOTO: OnceLock<Moto> = OnceLock::new();
        MOTO.get_or_init(Self::start)
    }

    fn start() -> Self {
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/acceptance/python/serve_moto.py"
        );
        let environment = [("MOTO_IAM_LOAD_MANAGED_POLICIES".to_owned(), "true".to_owned())];
        let service = Service::start(Python::ready().command("python", &environment).arg(script));
        let hello: serde_json::Value = serde_json::from_str(&service.line()).expect("the port as JSON");
        Self {
            port: hello["port"].as_u64().expect("a port"),
            _service: Mutex::new(service),
        }
    }

    /// What points clients at it.
    pub fn environment(&self) -> Vec<(String, String)> {
        let endpoint = format!("http://127.0.0.1:{}", self.port);
        let pairs = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE00"),
            ("AWS_SECRET_ACCESS_KEY", "not-a-real-key"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
        ];
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec()
    }
}
