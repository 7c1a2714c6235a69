//! Secrets go where they must and nowhere else: not into the log at its most talkative, nor output, plan or state.

use crate::harness::Lab;
use crate::hcl::Block;
use std::fs;

crate::on_both!(the_log_at_trace_shows_no_secret);

fn the_log_at_trace_shows_no_secret(lab: &Lab) {
    let secret = lab.variable("AWS_SECRET_ACCESS_KEY");
    let session = lab
        .environment
        .iter()
        .find(|(name, _)| name == "AWS_SESSION_TOKEN")
        .map(|(_, value)| value.clone());
    let mut terraform = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
    let log = terraform.path("trace.log");
    terraform
        .set("TF_LOG", "TRACE")
        .set("TF_LOG_PATH", &log.display().to_string());
    terraform
        .set("TF_LOG_PROVIDER", "TRACE")
        .set("TF_LOG_SDK", "TRACE")
        .set("RUST_LOG", "trace");
    terraform.write(
        "variables.tf",
        "variable \"secret\" {\n  type      = string\n  sensitive = true\n}\n",
    );
    let id = lab.variable("AWS_ACCESS_KEY_ID");
    let token = if session.is_some() {
        "token = \"SESSION\","
    } else {
        ""
    };
    let block =
        format!("aws = {{ access_key = \"{id}\", secret_key = var.secret, {token} region = \"us-east-1\" }}");
    terraform.write(
        "provider.tf",
        &lab.preface(&block.replace("SESSION", session.as_deref().unwrap_or_default())),
    );
    terraform.set("TF_VAR_secret", &secret);

    let mut told = terraform.apply().all();
    told += &terraform.plan().text;
    told += &terraform.run(&["show", "-json"]).succeeded("show").stdout;
    told += &terraform.destroy().all();
    told += &fs::read_to_string(terraform.path("terraform.tfstate.backup")).unwrap_or_default();
    let log = fs::read_to_string(log).expect("the log");
    assert!(
        log.contains("terraform-provider-oidcfed"),
        "the log is not about our provider"
    );
    assert!(
        !log.contains(&secret) && !told.contains(&secret),
        "the secret key is shown"
    );
    if let Some(session) = session.filter(|session| !session.is_empty()) {
        let outside = log.replace("provider.tf", "");
        assert!(
            !outside.contains(&session) && !told.contains(&session),
            "the session token is shown"
        );
    }
}
