//! The fixture provider in the real host.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::programs::{Workspace, fixture};

const EVERYTHING: &str = r#"
variable "secret" {
  type      = string
  sensitive = true
  default   = "hunter2-hunter2"
}
variable "size" {
  type    = number
  default = null
}
variable "revision_of_token" {
  type    = number
  default = 1
}
resource "fixture_thing" "base" {
  name = "base"
}
resource "fixture_thing" "full" {
  name             = "full"
  size             = var.size
  ratio            = 0.8
  labels           = { a = fixture_thing.base.id, b = "B" }
  members          = ["x", "y", fixture_thing.base.id]
  secret           = var.secret
  token_wo         = ephemeral.fixture_token.it.value
  token_wo_version = var.revision_of_token
  settings         = { color = "red" }
  steps            = [{ text = "one" }, { text = fixture_thing.base.id }]
  rules            = { first = { action = "allow" }, second = { action = "deny", weight = 3 } }
  peers            = [{ host = "a" }, { host = "b", port = 80 }]
  extra            = { any = ["thing", 1, true] }
  timeouts         = { create = "5m" }
}
data "fixture_thing" "found" {
  name = fixture_thing.full.name
}
ephemeral "fixture_token" "it" {
  audience = "someone"
}
output "id" {
  value = data.fixture_thing.found.id
}
output "joined" {
  value = provider::fixture::join("-", "a", "b", fixture_thing.base.id)
}
output "described" {
  value = provider::fixture::describe({ a = 1 })
}
output "null_described" {
  value = provider::fixture::describe(null)
}
"#;

/// `None`, visibly, where the host lacks a part of it.
fn everything() -> Option<Workspace> {
    Workspace::new(EVERYTHING).filter(|it| it.host().has_ephemeral())
}

#[test]
fn a_resource_of_every_sort_lives_its_life() {
    let Some(it) = everything() else {
        return;
    };
    it.ok(&["validate"]);
    it.apply();
    it.is_at_rest();
    let full = it.object("fixture_thing.full");
    assert_eq!(full["size"], 1);
    assert_eq!(full["ratio"].to_string(), "0.8");
    assert_eq!(full["labels"]["a"], "id-base");
    assert_eq!(full["steps"][1]["text"], "id-base");
    assert_eq!(full["steps"][1]["number"], 2);
    assert_eq!(full["rules"]["first"]["weight"], 10);
    assert_eq!(full["rules"]["second"]["id"], "rule-second");
    assert_eq!(full["peers"].as_array().unwrap().len(), 2);
    assert_eq!(full["settings"]["code"], "code-full");
    assert_eq!(full["token_wo"], serde_json::Value::Null);
    assert_eq!(full["revision"], 1);
    let outputs = &it.state()["values"]["outputs"];
    assert_eq!(outputs["id"]["value"], "id-full");
    assert_eq!(outputs["joined"]["value"], "a-b-id-base");
    assert_eq!(outputs["described"]["value"], r#"["object",{"a":"number"}]"#);
    assert_eq!(outputs["null_described"]["value"], "null");

    // in place: only what depends on the change becomes unknown
    let plan = it.ok(&["plan", "-no-color", "-var", "size=7"]);
    assert!(plan.contains("~ size") && plan.contains("~ revision"), "{plan}");
    assert!(
        !plan.contains("fingerprint") && !plan.contains("code") && !plan.contains("must be replaced"),
        "{plan}"
    );
    it.ok(&["apply", "-auto-approve", "-var", "size=7"]);
    assert_eq!(it.object("fixture_thing.full")["revision"], 2);

    // upper and lower case mean the same to this resource: no change at all
    let said = it.run(&[
        "plan",
        "-detailed-exitcode",
        "-no-color",
        "-var",
        "size=7",
        "-var",
        "secret=HUNTER2-hunter2",
    ]);
    assert!(said.success, "{}", said.stdout);

    it.ok(&["destroy", "-auto-approve"]);
    assert!(!it.objects().join("full.json").exists());
    let opened = std::fs::read_to_string(it.objects().join("opened.json")).unwrap();
    assert_eq!(
        opened,
        std::fs::read_to_string(it.objects().join("closed.json")).unwrap()
    );
}

#[test]
fn the_log_shows_calls_and_no_values() {
    let Some(mut it) = everything() else {
        return;
    };
    it.variable("TF_LOG_PROVIDER", "TRACE");
    it.variable("TF_VAR_secret", "the-very-secret");
    let said = it.run(&["apply", "-auto-approve", "-no-color"]);
    assert!(said.success, "{}", said.stderr);
    for wanted in [
        "tf_rpc=PlanResourceChange",
        "tf_resource_type=fixture_thing",
        "tf_req_duration_ms=",
        "making a thing",
    ] {
        assert!(said.stderr.contains(wanted), "{wanted}: {}", said.stderr);
    }
    let ours = said
        .stderr
        .lines()
        .filter(|line| line.contains("terraform-provider-fixture"));
    for line in ours {
        for secret in ["the-very-secret", "token-for-someone"] {
            assert!(!line.contains(secret), "{line}");
        }
    }
    assert!(!said.stdout.contains("the-very-secret") && !said.stdout.contains("token-for-someone"));
}

#[test]
fn a_name_replaces_and_a_setting_does_too() {
    let thing = |name: &str, depth: &str| {
        format!(
            "resource \"fixture_thing\" \"it\" {{\n  name = \"{name}\"\n  settings = {{ depth = {depth} }}\n}}\n"
        )
    };
    let Some(it) = Workspace::new(&thing("one", "1")) else {
        return;
    };
    it.apply();
    it.configure(&thing("two", "1"));
    assert!(
        it.ok(&["plan", "-no-color"])
            .contains("name     = \"one\" -> \"two\" # forces replacement")
            || it.ok(&["plan", "-no-color"]).contains("# forces replacement")
    );
    it.apply();
    it.is_at_rest();
    it.configure(&thing("two", "2"));
    let plan = it.ok(&["plan", "-no-color"]);
    assert!(plan.contains("1 -> 2 # forces replacement"), "{plan}");
    it.apply();
    it.is_at_rest();
}

#[test]
fn mistakes_are_found_by_validate_at_every_depth() {
    let Some(it) = Workspace::new("") else { return };
    for (body, wanted) in [
        ("name = null", "`name` is required"),
        ("name = \"a/b\"", "expected a name without `/`"),
        ("name = \"forbidden\"", "this name is not allowed"),
        ("name = \"a\"\n id = \"mine\"", "`id` is decided by the provider"),
        ("name = \"a\"\n members = [\"x\", \"\"]", "expected text"),
        (
            "name = \"a\"\n members = [\"x\", null]",
            "An element of a collection is null",
        ),
        (
            "name = \"a\"\n settings = { code = \"mine\" }",
            "`code` is decided by the provider",
        ),
        (
            "name = \"a\"\n rules = { k = { action = null } }",
            "`action` is required",
        ),
        (
            "name = \"a\"\n timeouts = { create = \"soon\" }",
            "expected a duration",
        ),
    ] {
        it.configure(&format!("resource \"fixture_thing\" \"it\" {{\n{body}\n}}\n"));
        let said = it.fails(&["validate", "-no-color"]);
        assert!(said.contains(wanted), "{body}: {said}");
    }
    it.configure("resource \"fixture_thing\" \"it\" {\n name = \"a\"\n old_name = \"b\"\n}\n");
    assert!(it.ok(&["validate", "-no-color"]).contains("Use `name`."));
}

#[test]
fn a_failed_create_leaves_what_exists() {
    let thing = |name: &str| format!("resource \"fixture_thing\" \"it\" {{\n  name = \"{name}\"\n}}\n");
    let Some(it) = Workspace::new(&thing("half")) else {
        return;
    };
    let said = it.fails(&["apply", "-auto-approve", "-no-color"]);
    assert!(said.contains("the second call was refused"), "{said}");
    assert_eq!(it.object("fixture_thing.it")["id"], "half");
    assert_eq!(it.object("fixture_thing.it")["revision"], serde_json::Value::Null);

    it.configure(&thing("panic"));
    std::fs::remove_file(it.folder.path().join("terraform.tfstate")).unwrap();
    let said = it.fails(&["apply", "-auto-approve", "-no-color"]);
    assert!(
        said.contains("The provider failed unexpectedly") && !said.contains("payload"),
        "{said}"
    );
    assert_eq!(it.object("fixture_thing.it")["name"], "panic");
}

#[test]
fn broken_rules_are_found_before_the_host_finds_them() {
    let Some(it) = Workspace::new("") else { return };
    for (name, wanted) in [
        ("bad-plan", "breaks a rule in the plan"),
        ("bad-result", "breaks a rule in the result"),
    ] {
        it.configure(&format!(
            "resource \"fixture_thing\" \"it\" {{\n  name = \"{name}\"\n  size = 1\n}}\n"
        ));
        let said = it.fails(&["apply", "-auto-approve", "-no-color"]);
        assert!(said.contains(wanted) && said.contains("`size`"), "{said}");
    }
}

#[test]
fn import_move_and_upgrade() {
    let Some(it) = Workspace::new("resource \"fixture_thing\" \"it\" {\n  name = \"one\"\n}\n") else {
        return;
    };
    it.apply();
    it.ok(&["state", "rm", "fixture_thing.it"]);
    it.ok(&["import", "fixture_thing.it", "one"]);
    it.is_at_rest();
    assert!(
        it.fails(&["import", "-no-color", "fixture_thing.other", "none"])
            .contains("resource address")
    );
    it.configure(
        "resource \"fixture_thing\" \"it\" {\n  name = \"one\"\n}\nresource \"fixture_thing\" \"no\" {\n  name = \"no\"\n}\n",
    );
    let said = it.fails(&["import", "-no-color", "fixture_thing.no", "none"]);
    assert!(
        said.contains("Cannot import non-existent remote object"),
        "{said}"
    );

    // a state of an older version
    it.configure("resource \"fixture_thing\" \"it\" {\n  name = \"one\"\n}\n");
    let path = it.folder.path().join("terraform.tfstate");
    let mut state: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let instance = &mut state["resources"][0]["instances"][0];
    instance["schema_version"] = 1.into();
    instance["attributes"] = serde_json::json!({ "title": "one", "gone": true, "size": "1" });
    std::fs::write(&path, state.to_string()).unwrap();
    it.is_at_rest();
    it.apply();
    assert_eq!(it.object("fixture_thing.it")["name"], "one");

    // another type
    it.configure("resource \"terraform_data\" \"old\" {\n  input = \"one\"\n}\nresource \"fixture_thing\" \"it\" {\n  name = \"one\"\n}\n");
    it.ok(&["state", "rm", "fixture_thing.it"]);
    it.ok(&["apply", "-auto-approve", "-target=terraform_data.old"]);
    it.configure(
        "moved {\n  from = terraform_data.old\n  to = fixture_thing.it\n}\nresource \"fixture_thing\" \"it\" {\n  name = \"one\"\n}\n",
    );
    let plan = it.ok(&["plan", "-no-color"]);
    assert!(plan.contains("has moved to fixture_thing.it"), "{plan}");
    it.apply();
    it.is_at_rest();
}

#[test]
fn a_function_names_the_argument_that_is_wrong() {
    let Some(it) =
        Workspace::new("output \"x\" {\n  value = provider::fixture::join(\"-\", \"a\", \"\")\n}\n")
    else {
        return;
    };
    let said = it.fails(&["plan", "-no-color"]);
    assert!(
        said.contains("expected text, found nothing") && said.contains("\"parts\""),
        "{said}"
    );
}

#[test]
fn many_at_once_and_tcp() {
    let Some(mut it) = Workspace::new(
        "resource \"fixture_thing\" \"it\" {\n  count = 30\n  name = \"n${count.index}\"\n  members = [for i in range(50) : \"m${i}\"]\n}\n",
    ) else {
        return;
    };
    it.variable("OIDCFED_PLUGIN_NETWORK", "tcp");
    it.apply();
    it.is_at_rest();
    it.ok(&["destroy", "-auto-approve"]);
}

#[test]
fn a_debugged_provider_is_attached_to() {
    let Some(mut it) = Workspace::new("resource \"fixture_thing\" \"it\" {\n  name = \"one\"\n}\n") else {
        return;
    };
    let mut provider = Command::new(fixture())
        .arg("--debug")
        .env_remove("TF_PLUGIN_MAGIC_COOKIE")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(provider.stderr.take().unwrap()).lines();
    let line = said.find_map(|line| {
        line.unwrap()
            .trim()
            .strip_prefix("TF_REATTACH_PROVIDERS='")
            .map(str::to_owned)
    });
    let reattach = line.unwrap().trim_end_matches('\'').to_owned();
    let address: serde_json::Value = serde_json::from_str(&reattach).unwrap();
    let address = &address["oidcfed/fixture"];
    assert_eq!(address["Pid"], provider.id());
    // not installed anywhere: only the running one can answer
    std::fs::remove_dir_all(it.folder.path().join("plugins")).unwrap();
    std::fs::create_dir(it.folder.path().join("plugins")).unwrap();
    it.variable("TF_REATTACH_PROVIDERS", &reattach);
    it.apply();
    it.is_at_rest();
    assert!(it.objects().join("one.json").exists());
    assert!(
        provider.try_wait().unwrap().is_none(),
        "the host leaves it running"
    );
    let interrupted = Command::new("kill")
        .args(["-s", "INT", &provider.id().to_string()])
        .status()
        .unwrap();
    assert!(interrupted.success());
    assert!(provider.wait().unwrap().success());
    assert!(!Path::new(address["Addr"]["String"].as_str().unwrap()).exists());
}
