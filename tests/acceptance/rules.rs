//! Every rule about trusts on AWS, through the real host: a plan that creates a trust with it is refused or warned about at the
//! trust's own address, by the gravity of the finding.

use std::collections::{BTreeMap, BTreeSet};

use crate::harness::{Lab, Terraform, left_out};
use crate::hcl::{Block, text};
use serde_json::{Value, json};

crate::on_sandbox!(every_rule_is_met_in_a_plan, what_the_role_is_besides_its_trust);

const GITHUB: &str = "token.actions.githubusercontent.com";
const GITLAB: &str = "gitlab.com";
const TERRAFORM: &str = "app.terraform.io";
const VERCEL: &str = "oidc.vercel.com";
const CIRCLE: &str = "oidc.circleci.com/org/0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001";
const FLY: &str = "oidc.fly.io/acme";
const CLUSTER: &str = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
const GOOGLE: &str = "accounts.google.com";

/// What the plan has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Refused,
    Warned,
    /// Only in the attribute.
    Noted,
}
use Says::{Noted, Refused, Warned};

/// Rules that no statement of a trust on AWS can break: they are about another cloud, the account or the role's own settings,
/// which `what_the_role_is_besides_its_trust` sets.
const ELSEWHERE: [&str; 4] = [
    "audience-widens",
    "revives-roles",
    "long-credentials",
    "unknown-claim",
];

/// No platform of the catalogue is known never to name roles; one that says so of itself is.
const NAMES_NO_ROLE: &str = "authorized-role-not-emitted";
const DECLARED: &str = r#"<<-EOT
    id = "acme"
    issuer = "https://oidc.acme.example"
    tenancy = "shared"
    tenant = "team"
    aws_roles_claim = "never"
    [variable]
    team = { pattern = "[a-z]+", chosen_by = "platform", mutable = false }
    [[subject]]
    template = "team:{team}"
  EOT
"#;

/// Rules about claims that only issuers fill for which IAM stores no such policy: the plan says that before anything else.
const IAM_REFUSES: [(&str, &str, &str); 2] = [
    ("user-controlled-claim", "environment", "prod"),
    (
        "reusable-workflow-only",
        "job_workflow_ref",
        "acme/ci/.github/workflows/a.yml@refs/tags/v1",
    ),
];

struct Row {
    rule: &'static str,
    says: Says,
    statement: Value,
}

/// A statement with an audience and one more condition.
fn one(issuer: &str, operator: &str, claim: &str, value: &str) -> Value {
    let mut condition = json!({"StringEquals": {format!("{issuer}:aud"): "audience-of-ours"}});
    condition[operator][format!("{issuer}:{claim}")] = json!(value);
    with(&[issuer], &condition)
}

fn with(issuers: &[&str], condition: &Value) -> Value {
    let arn = |issuer: &&str| format!("arn:aws:iam::111122223333:oidc-provider/{issuer}");
    let principals: Vec<String> = issuers.iter().map(arn).collect();
    json!({"Effect": "Allow", "Principal": {"Federated": principals},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition})
}

fn rows() -> Vec<Row> {
    let like = |issuer, subject| one(issuer, "StringLike", "sub", subject);
    let exact = |issuer, subject| one(issuer, "StringEquals", "sub", subject);
    let only_audience = |issuer: &str| {
        with(
            &[issuer],
            &json!({"StringEquals": {format!("{issuer}:aud"): "a"}}),
        )
    };
    let prod = "repo:acme@1/api@2:environment:prod";
    [
        ("missing-subject", Refused, only_audience(VERCEL)),
        ("confused-deputy", Refused, only_audience(VERCEL)),
        ("open-subject", Refused, like(GITHUB, "repo:*")),
        ("whole-issuer", Warned, like(FLY, "*")),
        ("wildcard-owner", Refused, like(GITHUB, "repo:*/api:*")),
        ("wildcard-tenant", Refused, like("issuer.example", "tenant:*:project:api")),
        ("open-owner-prefix", Refused, like(GITHUB, "repo:acme*")),
        ("subject-without-tenant", Refused, like(GITHUB, "environment:*")),
        ("negated-only-identity", Refused, one(VERCEL, "StringNotLike", "sub", "owner:evil:*")),
        ("if-exists-on-identity", Refused, one(VERCEL, "StringLikeIfExists", "sub", "owner:acme:project:web:*")),
        ("set-operator-without-null-guard", Refused,
            one(VERCEL, "ForAllValues:StringLike", "sub", "owner:acme:project:web:*")),
        ("open-compartment", Refused, like(CLUSTER, "system:serviceaccount:*:deployer")),
        ("wildcard-crosses-delimiter", Refused, like(CIRCLE,
            "org/0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001/project/7b0f2d5a-6f0b-4a52-9f1b-0f6cf2d9a002/user/*/vcs-ref/refs/heads/main")),
        ("open-repository-prefix", Warned, like(GITHUB, "repo:acme/api*")),
        ("whole-owner", Warned, like(GITHUB, "repo:acme/*")),
        ("any-context", Warned, like(GITHUB, "repo:acme/api:environment:*")),
        ("any-branch", Warned, like(GITHUB, "repo:acme/api:ref:refs/heads/*")),
        ("any-tag", Warned, like(GITHUB, "repo:acme/api:ref:refs/tags/*")),
        ("open-ref-prefix", Noted, like(GITHUB, "repo:acme/api:ref:refs/heads/release/*")),
        ("pull-request-allowed", Warned, exact(GITHUB, "repo:acme/api:pull_request")),
        ("plan-phase-allowed", Noted, like(TERRAFORM, "organization:acme:project:api:workspace:prod:run_phase:*")),
        ("mutable-workflow-ref", Warned, with(&[GITHUB], &json!({"StringEquals": {
            format!("{GITHUB}:aud"): "a", format!("{GITHUB}:sub"): prod,
            format!("{GITHUB}:job_workflow_ref"): "acme/ci/.github/workflows/a.yml@refs/heads/main"}}))),
        ("missing-audience", Warned, with(&[GITHUB], &json!({"StringEquals": {format!("{GITHUB}:sub"): prod}}))),
        ("shared-audience", Warned, with(&[GITHUB], &json!({"StringEquals": {
            format!("{GITHUB}:aud"): "api://AzureADTokenExchange", format!("{GITHUB}:sub"): prod}}))),
        ("azp-instead-of-audience", Noted, exact(GOOGLE, "112233445566778899001")),
        ("literal-wildcard", Warned, exact(GITHUB, "repo:acme/api:*")),
        ("subject-shape", Warned, exact(TERRAFORM, "organization:acme:project:api")),
        ("subject-format-mismatch", Warned, exact(GITLAB, "repo:acme/api:ref:refs/heads/main")),
        ("unescaped-colon", Warned, exact(GITHUB, "repo:acme/api:environment:production:eu")),
        ("mixed-issuers-unconstrained", Warned, with(&[FLY, CLUSTER], &json!({
            "StringNotLike": {format!("{CLUSTER}:sub"): "system:serviceaccount:kube-system:*"}}))),
        ("never-admits", Warned, with(&[GITLAB], &json!({
            "StringEquals": {format!("{GITLAB}:aud"): "a", format!("{GITLAB}:sub"): "project_path:acme/api:ref_type:branch:ref:main"},
            "StringNotLike": {format!("{GITLAB}:sub"): "project_path:acme/*"}}))),
        ("claim-without-condition-key", Warned, with(&[GITHUB], &json!({"StringEquals": {
            format!("{GITHUB}:aud"): "a", format!("{GITHUB}:sub"): prod, format!("{GITHUB}:event_name"): "push"}}))),
        ("open-principal", Refused, json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"})),
        ("issuer-url", Warned, exact("issuer.example:8443", "a")),
        ("unanalysable-condition", Refused, with(&[VERCEL], &json!({
            "StringEquals": {format!("{VERCEL}:aud"): "a"}, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))),
        ("mutable-subject", Noted, exact(GITHUB, "repo:acme/api:environment:prod")),
        ("mutable-issuer", Noted, exact(FLY, "acme:api:m1")),
        ("undeclared-issuer", Noted, exact("issuer.example", "team:acme:api")),
        ("case-insensitive-subject", Noted, one(GITHUB, "StringEqualsIgnoreCase", "sub", prod)),
        ("issuer-key-mismatch", Refused, with(&[GITHUB], &json!({"StringEquals": {
            format!("{GITHUB}:aud"): "a", format!("{GITHUB}:sub"): prod, "gitlab.com:ref": "main"}}))),
    ]
    .map(|(rule, says, statement)| Row { rule, says, statement })
    .into()
}

fn every_rule_is_met_in_a_plan(lab: &Lab) {
    let rows = rows();
    let refused = IAM_REFUSES.iter().map(|(rule, ..)| *rule);
    let tried: BTreeSet<&str> = rows
        .iter()
        .map(|row| row.rule)
        .chain(ELSEWHERE)
        .chain(refused)
        .chain([NAMES_NO_ROLE])
        .collect();
    let of_aws = oidcfed::clouds::aws::dialect::lint::rules();
    let mut all: BTreeSet<&str> = oidcfed::lint::rules().chain(of_aws).map(|rule| rule.id).collect();
    all.extend(oidcfed::clouds::aws::sharing::SHARING_RULES);
    assert_eq!(tried, all, "a rule without a row, or a row without a rule");

    let label = |row: &Row| row.rule.replace('-', "_");
    let mut body = String::new();
    for row in &rows {
        let statements = json!([row.statement]).to_string();
        let trust = Block::trust(&format!("https://{GITHUB}"), &format!("rule-{}", row.rule))
            .label(&label(row))
            .with("subjects", r#"["repo:acme@1/api@2:ref:refs/heads/main"]"#)
            .with("additional_statements", text(&statements));
        body += &trust.to_string();
    }
    let terraform = lab.configuration(&body);
    let mut told: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for diagnostic in terraform.diagnostics(&["plan", "-json"]) {
        let address = diagnostic["address"].as_str().unwrap_or_default().to_owned();
        told.entry(address).or_default().push(diagnostic);
    }
    let mut wrong = Vec::new();
    for row in &rows {
        let own = told
            .remove(&format!("oidcfed_aws_trust.{}", label(row)))
            .unwrap_or_default();
        let says = |severity: &str| {
            let mut of_rule = own.iter().filter(|d| d["severity"] == severity);
            of_rule.any(|d| d.to_string().contains(row.rule))
        };
        let found = match (says("error"), says("warning")) {
            (true, _) => Refused,
            (false, true) => Warned,
            (false, false) => Noted,
        };
        if found != row.says {
            wrong.push(format!(
                "{}: expected {:?}, found {found:?}: {own:#?}",
                row.rule, row.says
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    for (rule, claim, value) in IAM_REFUSES {
        let statements = json!([one(GITHUB, "StringEquals", claim, value)]).to_string();
        let trust = Block::trust(&format!("https://{GITHUB}"), "refused")
            .with("additional_statements", text(&statements));
        let errors = lab.configuration(&trust.to_string()).errors(&["plan", "-json"]);
        let refuses = |error: &Value| error["summary"] == "IAM refuses to store this trust";
        assert!(errors.iter().any(refuses), "{rule}: {errors:#?}");
    }

    let trust = Block::trust("https://oidc.acme.example", "no-role")
        .with("platform", DECLARED)
        .with("subjects", r#"["team:acme"]"#)
        .with("require_authorized_role", "true");
    let errors = lab.configuration(&trust.to_string()).errors(&["plan", "-json"]);
    let told = errors.iter().map(Value::to_string).collect::<String>();
    assert!(told.contains(NAMES_NO_ROLE), "{errors:#?}");

    // The attribute has them all, whatever is said aloud.
    terraform.write("provider.tf", &lab.preface(r#"guardrail = "warn""#));
    let plan = terraform.plan();
    for row in &rows {
        let address = format!("oidcfed_aws_trust.{}", label(row));
        let planned = &plan.change(&address)["after"]["findings"];
        let mut findings = planned.as_array().into_iter().flatten();
        assert!(
            findings.any(|finding| finding["rule"] == row.rule),
            "{address}: {planned:#}"
        );
    }
}

/// `long-credentials` is about the role's own arguments: in the plan where they are known, at apply where one that decides is not.
fn what_the_role_is_besides_its_trust(lab: &Lab) {
    const ADDRESS: &str = "oidcfed_aws_trust.deploy";
    const RULE: &str = "long-credentials";
    let values = |findings: &Value| -> Vec<String> {
        let findings = findings.as_array().into_iter().flatten();
        let of_rule = findings.filter(|finding| finding["rule"] == RULE);
        of_rule
            .map(|finding| {
                assert_eq!(finding["severity"], "info", "{finding:#}");
                finding["message"].as_str().unwrap().to_owned()
            })
            .collect()
    };
    // a policy that is no longer written stays attached, and would stop the destroy
    let trust = || Block::trust(&lab.issuer, &lab.role).with("force_detach", "true");
    let exact = trust();
    let pattern = "repo:acme/api:ref:refs/heads/*";
    let wide = trust()
        .without("subjects")
        .with("subject_patterns", format!("[{}]", text(pattern)));
    let administrator = r#"["AdministratorAccess"]"#;
    let everything = r#"{ all = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] }) }"#;

    // What is known at plan stands in the plan.
    let terraform = lab.configuration(&exact.clone().with("max_session_duration", "7200").to_string());
    let planned = terraform.plan();
    let found = values(&planned.change(ADDRESS)["after"]["findings"]);
    assert!(found.len() == 1 && found[0].contains("7200 seconds"), "{found:?}");
    terraform.apply_plan();
    terraform.assert_empty_plan("after a role with long sessions");
    assert_eq!(values(&terraform.state(ADDRESS)["findings"]), found);
    for (block, expected) in [
        (exact.clone(), 0),
        (exact.clone().with("managed_policy_arns", administrator), 0),
        (wide.clone(), 0),
        (wide.clone().with("managed_policy_arns", administrator), 1),
        (
            wide.clone()
                .with("inline_policies", everything)
                .with("max_session_duration", "43200"),
            2,
        ),
    ] {
        terraform.write("main.tf", &block.to_string());
        let planned = terraform.plan();
        let found = values(&planned.change(ADDRESS)["after"]["findings"]);
        assert_eq!(found.len(), expected, "{block}: {found:?}");
        terraform.apply_plan();
        terraform.assert_empty_plan(&format!("after {block}"));
        assert_eq!(values(&terraform.state(ADDRESS)["findings"]), found, "{block}");
    }
    terraform.destroy();

    // What is not known decides only behind a wildcard.
    if !Terraform::version().at_least(1, 4) {
        left_out("`terraform_data` needs 1.4");
        return;
    }
    let hidden = |value: &str| {
        Block::resource("terraform_data", "hidden")
            .with("input", value)
            .to_string()
    };
    let policy = "[terraform_data.hidden.output]";
    for (block, value, is_unknown, expected) in [
        (
            exact.clone().with("managed_policy_arns", policy),
            "\"AdministratorAccess\"",
            false,
            0,
        ),
        (
            wide.with("managed_policy_arns", policy),
            "\"AdministratorAccess\"",
            true,
            1,
        ),
        (
            exact.with("max_session_duration", "terraform_data.hidden.output"),
            "7200",
            true,
            1,
        ),
    ] {
        let terraform = lab.configuration(&format!("{}{block}", hidden(value)));
        let planned = terraform.plan();
        let unknown = &planned.change(ADDRESS)["after_unknown"]["findings"];
        assert_eq!(*unknown == true, is_unknown, "{block}: {unknown}");
        terraform.apply_plan();
        assert_eq!(
            values(&terraform.state(ADDRESS)["findings"]).len(),
            expected,
            "{block}"
        );
        terraform.assert_empty_plan(&format!("after {block}"));
        terraform.destroy();
    }
}
