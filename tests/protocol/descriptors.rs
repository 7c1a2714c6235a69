//! The compiled protocol against the tables of the protocol: names, numbers, labels, streaming.

use std::collections::BTreeMap;

use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
};
use serde_json::{Value as Json, json};

use crate::shared::fact;

/// What the compiled files say, in the words of the tables.
#[derive(Default)]
struct Compiled {
    messages: BTreeMap<String, Vec<Json>>,
    enums: BTreeMap<String, Json>,
    rpcs: Vec<Json>,
}

fn compiled(packages: &[&str]) -> Compiled {
    let bytes: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
    let files = FileDescriptorSet::decode(bytes).unwrap();
    let mut compiled = Compiled::default();
    for file in files
        .file
        .iter()
        .filter(|file| packages.contains(&file.package()))
    {
        compiled.file(file);
    }
    compiled
}

/// Types carry their package unless it is the table's own.
fn local(name: &str) -> String {
    let name = name.trim_start_matches('.');
    let own = name
        .strip_prefix("tfplugin6.")
        .or_else(|| name.strip_prefix("plugin."));
    own.unwrap_or(name).to_owned()
}

impl Compiled {
    fn file(&mut self, file: &FileDescriptorProto) {
        for message in &file.message_type {
            self.message(&format!("{}.{}", file.package(), message.name()), message);
        }
        for one in &file.enum_type {
            self.enumeration(file.package(), one);
        }
        for service in &file.service {
            for rpc in &service.method {
                let service = format!("{}.{}", file.package(), service.name());
                self.rpcs.push(json!({
                    "name": rpc.name(),
                    "path": format!("/{service}/{}", rpc.name()),
                    "request": local(rpc.input_type()),
                    "response": local(rpc.output_type()),
                    "client_streaming": rpc.client_streaming(),
                    "server_streaming": rpc.server_streaming(),
                }));
            }
        }
    }

    fn message(&mut self, name: &str, message: &DescriptorProto) {
        let fields = message
            .field
            .iter()
            .map(|field| describe(message, field))
            .collect();
        self.messages.insert(local(name), fields);
        for inner in &message.nested_type {
            if !inner.options.as_ref().is_some_and(|options| options.map_entry()) {
                self.message(&format!("{name}.{}", inner.name()), inner);
            }
        }
        for inner in &message.enum_type {
            self.enumeration(name, inner);
        }
    }

    fn enumeration(&mut self, within: &str, one: &EnumDescriptorProto) {
        let values: serde_json::Map<_, _> = one
            .value
            .iter()
            .map(|value| (value.name().to_owned(), json!(value.number())))
            .collect();
        self.enums
            .insert(local(&format!("{within}.{}", one.name())), Json::Object(values));
    }
}

fn describe(message: &DescriptorProto, field: &FieldDescriptorProto) -> Json {
    let entry = message.nested_type.iter().find(|inner| {
        inner.options.as_ref().is_some_and(|options| options.map_entry())
            && field.type_name().ends_with(&format!(".{}", inner.name()))
    });
    let label = match field.label() {
        _ if entry.is_some() => "map",
        Label::Repeated => "repeated",
        _ if field.proto3_optional() => "optional",
        _ => "singular",
    };
    let ty = match entry {
        Some(entry) => format!(
            "map<{}, {}>",
            type_name(&entry.field[0]),
            type_name(&entry.field[1])
        ),
        None => type_name(field),
    };
    let mut described = json!({ "name": field.name(), "number": field.number(), "type": ty, "label": label });
    if let (Some(index), false) = (field.oneof_index, field.proto3_optional()) {
        described["oneof"] = json!(message.oneof_decl[usize::try_from(index).unwrap()].name());
    }
    if field.options.as_ref().is_some_and(|options| options.deprecated()) {
        described["deprecated"] = json!(true);
    }
    described
}

fn type_name(field: &FieldDescriptorProto) -> String {
    match field.r#type() {
        Type::Message | Type::Enum => local(field.type_name()),
        scalar => format!("{scalar:?}").to_lowercase(),
    }
}

/// Compares both ways, so that nothing is missing and nothing is made up.
fn compare(table: &Json, compiled: Compiled) {
    let keys = |row: &Json, keys: &[&str]| -> Json {
        let row = row
            .as_object()
            .unwrap()
            .iter()
            .filter(|(key, _)| keys.contains(&key.as_str()));
        Json::Object(row.map(|(key, value)| (key.clone(), value.clone())).collect())
    };
    let messages: BTreeMap<String, Vec<Json>> = table["messages"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, message)| {
            let fields = message["fields"].as_array().unwrap().iter();
            let fields = fields.map(|f| keys(f, &["name", "number", "type", "label", "oneof", "deprecated"]));
            (name.clone(), fields.collect())
        })
        .collect();
    assert_eq!(
        compiled.messages.keys().collect::<Vec<_>>(),
        messages.keys().collect::<Vec<_>>()
    );
    for (name, fields) in &messages {
        assert_eq!(&compiled.messages[name], fields, "message {name}");
    }
    let enums: BTreeMap<String, Json> = table["enums"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    assert_eq!(compiled.enums, enums);
    let rpc_keys = [
        "name",
        "path",
        "request",
        "response",
        "client_streaming",
        "server_streaming",
    ];
    let mut rpcs: Vec<Json> = table["rpcs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rpc| keys(rpc, &rpc_keys))
        .collect();
    let mut found = compiled.rpcs;
    let by_path = |rpc: &Json| rpc["path"].as_str().unwrap().to_owned();
    rpcs.sort_by_key(by_path);
    found.sort_by_key(by_path);
    assert_eq!(found, rpcs);
}

#[test]
fn the_provider_protocol_is_that_of_the_table() {
    let Some(table) = fact("tfplugin6.json") else {
        return;
    };
    let compiled = compiled(&["tfplugin6"]);
    assert_eq!((compiled.messages.len(), compiled.rpcs.len()), (143, 36));
    compare(&table, compiled);
}

#[test]
fn the_side_services_are_those_of_the_table() {
    let Some(table) = fact("go-plugin.json") else {
        return;
    };
    compare(&table, compiled(&["plugin", "grpc.health.v1"]));
}
