//! Secrets go where they must and nowhere else: not into the log at its most talkative, nor output, plan or state.

use crate::google::Google;
use crate::google::logins::{PIPELINE, Pipeline, logged_out};
use crate::harness::{Lab, Terraform};
use crate::hcl::{Block, text};
use crate::provider_block::pipeline_role;
use serde_json::json;
use std::fs;

crate::on_both!(the_log_at_trace_shows_no_secret);
crate::on_sandbox!(
    the_log_at_trace_shows_no_web_identity_token,
    the_log_at_trace_shows_no_secret_of_google
);

/// Credentials of a session, so that all three parts of them are used, each given as a sensitive variable.
fn the_log_at_trace_shows_no_secret(lab: &Lab) {
    let role = lab.entry_role(&lab.other_accounts()[0]);
    let session = json!({ "RoleArn": role, "RoleSessionName": "secrets" });
    let session = lab.boto.try_call("sts", "assume_role", session);
    let session =
        session.unwrap_or_else(|error| panic!("assume_role {role}: {error}"))["Credentials"].clone();
    let part = |name: &str| session[name].as_str().expect("a credential").to_owned();
    let (secret, token) = (part("SecretAccessKey"), part("SessionToken"));
    let mut terraform = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
    variables(&mut terraform, &[("secret", &secret), ("token", &token)]);
    let credentials = format!("access_key = {}", text(&part("AccessKeyId")));
    let credentials = format!("{credentials}, secret_key = var.secret, token = var.token");
    let block = lab.preface(&format!("aws = {{ {credentials}, region = \"us-east-1\" }}"));
    terraform.write("provider.tf", &block);
    // nothing but these credentials is there to work with
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        terraform.set(name, "");
    }
    hides(
        &mut terraform,
        &[("secret key", &secret), ("session token", &token)],
    );
}

/// The token of the workload itself, from a file, from a variable, and from where its platform puts it.
fn the_log_at_trace_shows_no_web_identity_token(lab: &Lab) {
    let role = text(&pipeline_role(lab));
    let token = lab.mint(json!({ "sub": "pipeline", "aud": "sts.amazonaws.com" }));
    // who has the signature and the claims has the token
    let (_, signature) = token.rsplit_once('.').expect("a signed token");
    let of_platform = "platform = \"gitlab-self-managed\"";
    for source in ["token_file = \"web.token\"", "token = var.token", of_platform] {
        let mut terraform = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
        variables(&mut terraform, &[("token", &token)]);
        terraform.write("web.token", &token);
        if source == of_platform {
            terraform.set("STS_AMAZONAWS_COM_ID_TOKEN", &token);
        }
        let block = format!("aws = {{ assume_role_with_web_identity = {{ role_arn = {role}, {source} }} }}");
        terraform.write("provider.tf", &lab.preface(&block));
        terraform
            .set("AWS_ACCESS_KEY_ID", "")
            .set("AWS_SECRET_ACCESS_KEY", "");
        hides(&mut terraform, &[("web identity token", signature)]);
    }
}

/// Everything that the `gcp` attribute logs in with, and the access tokens that Google gives for it.
fn the_log_at_trace_shows_no_secret_of_google(lab: &Lab) {
    let google = Google::of(lab);
    let pipeline = Pipeline::of(&google);
    let told = |name: &str| lab.sandbox().told(&format!("/gcp/deployer/{name}")).to_owned();
    let access_token = told("access_token");
    let key = fs::read_to_string(told("key_file")).expect("the key file");
    let parsed: serde_json::Value = serde_json::from_str(&key).expect("JSON");
    let private_key = parsed["private_key"].as_str().expect("a private key");
    // one line in the middle is enough to be none of one's business
    let line = private_key
        .lines()
        .nth(5)
        .expect("a PEM of several lines")
        .to_owned();
    let job = lab.mint(json!({ "sub": PIPELINE, "aud": pipeline.audience() }));
    let signature = job.rsplit('.').next().expect("a signed token").to_owned();
    let with_email = format!(
        "access_token = var.secret, impersonate_service_account = {}",
        text(&pipeline.email)
    );
    for (arguments, given, secret) in [
        (
            "access_token = var.secret".to_owned(),
            &access_token,
            &access_token,
        ),
        (with_email, &access_token, &access_token),
        ("credentials = var.secret".to_owned(), &key, &line),
        (r#"credentials = "key.json""#.to_owned(), &key, &line),
        (pipeline.argument("token = var.secret"), &job, &signature),
        (pipeline.argument(r#"token_file = "job.token""#), &job, &signature),
        (
            pipeline.argument(r#"platform = "gitlab-self-managed""#),
            &job,
            &signature,
        ),
    ] {
        let mut terraform = logged_out(&google);
        variables(&mut terraform, &[("secret", given)]);
        terraform.write("key.json", &key).write("job.token", &job);
        terraform.set(&pipeline.variable(), &job);
        terraform.write("provider.tf", &lab.preface(&format!("gcp = {{ {arguments} }}")));
        hides(&mut terraform, &[(arguments.as_str(), secret)]);
        // what the logins came to
        let log = fs::read_to_string(terraform.path("trace.log")).expect("the log");
        assert!(!log.contains("ya29."), "{arguments}: an access token is shown");
    }
}

fn variables(terraform: &mut Terraform, all: &[(&str, &str)]) {
    let mut declared = String::new();
    for (name, value) in all {
        declared += &format!("variable \"{name}\" {{\n  type      = string\n  sensitive = true\n}}\n");
        terraform.set(&format!("TF_VAR_{name}"), value);
    }
    terraform.write("variables.tf", &declared);
}

/// A life with the log at its most talkative, in which none of the secrets is to be found.
fn hides(terraform: &mut Terraform, secrets: &[(&str, &str)]) {
    let path = terraform.path("trace.log");
    let most = [
        ("TF_LOG", "TRACE"),
        ("TF_LOG_PROVIDER", "TRACE"),
        ("TF_LOG_SDK", "TRACE"),
        ("RUST_LOG", "trace"),
        ("TF_LOG_PATH", &path.display().to_string()),
    ];
    for (name, value) in most {
        terraform.set(name, value);
    }
    let read = |name: &str| fs::read_to_string(terraform.path(name)).expect(name);
    let mut told = terraform.apply().all();
    told += &read("terraform.tfstate");
    let mut plan = terraform.plan();
    // the host itself keeps variables in the plan, in the open
    let variables = plan.json["variables"].take().to_string();
    told += &(plan.text + &plan.json.to_string());
    told += &terraform.run(&["show", "-json"]).succeeded("show").stdout;
    told += &terraform.destroy().all();
    told += &read("terraform.tfstate.backup");
    let log = read("trace.log");
    assert!(
        log.contains("terraform-provider-oidcfed") && log.contains("tf_rpc=ApplyResourceChange"),
        "the log is not about what our provider did"
    );
    let mut shown = Vec::new();
    for (what, secret) in secrets {
        assert!(variables.contains(secret), "the {what} is not what was given");
        for (place, text) in [("log", &log), ("output, plan or state", &told)] {
            if text.contains(secret) {
                shown.push(format!("the {what} in {place}"));
            }
        }
    }
    assert!(shown.is_empty(), "shown: {shown:?}");
}
