//! What is offered, and what is not: every call answers, and never with a crash.

use crate::calls::{THING, configured, planned};
use crate::host::Plugin;
use crate::host::tfplugin6::*;

#[tokio::test]
async fn what_is_not_offered_is_answered_all_the_same() {
    let mut plugin = Plugin::start(&[]).await;
    let mut client = plugin.provider().await;
    let none = || "none".to_owned();
    macro_rules! refused {
        ($($call:ident($request:expr) . $diagnostics:ident),* $(,)?) => {$(
            let answer = client.$call($request).await.unwrap().into_inner();
            assert_eq!(answer.$diagnostics.len(), 1, stringify!($call));
            assert_eq!(answer.$diagnostics[0].severity, 1, stringify!($call));
        )*};
    }
    refused!(
        validate_resource_config(validate_resource_config::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        upgrade_resource_state(upgrade_resource_state::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        upgrade_resource_identity(upgrade_resource_identity::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        read_resource(read_resource::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        plan_resource_change(plan_resource_change::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        apply_resource_change(apply_resource_change::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        import_resource_state(import_resource_state::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        move_resource_state(move_resource_state::Request {
            target_type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        validate_data_resource_config(validate_data_resource_config::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        read_data_source(read_data_source::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        validate_ephemeral_resource_config(validate_ephemeral_resource_config::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        open_ephemeral_resource(open_ephemeral_resource::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        renew_ephemeral_resource(renew_ephemeral_resource::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        close_ephemeral_resource(close_ephemeral_resource::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        validate_list_resource_config(validate_list_resource_config::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        generate_resource_config(generate_resource_config::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        validate_action_config(validate_action_config::Request {
            action_type: none(),
            ..Default::default()
        })
        .diagnostics,
        plan_action(plan_action::Request {
            action_type: none(),
            ..Default::default()
        })
        .diagnostics,
        validate_state_store_config(validate_state_store_config::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        configure_state_store(configure_state_store::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        lock_state(lock_state::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        unlock_state(unlock_state::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        get_states(get_states::Request { type_name: none() }).diagnostics,
        delete_state(delete_state::Request {
            type_name: none(),
            ..Default::default()
        })
        .diagnostics,
        write_state_bytes(tokio_stream::empty()).diagnostics,
    );
    let request = list_resource::Request {
        type_name: none(),
        ..Default::default()
    };
    let mut events = client.list_resource(request).await.unwrap().into_inner();
    assert_eq!(events.message().await.unwrap().unwrap().diagnostic.len(), 1);
    assert!(events.message().await.unwrap().is_none());
    let request = invoke_action::Request {
        action_type: none(),
        ..Default::default()
    };
    let mut events = client.invoke_action(request).await.unwrap().into_inner();
    assert!(
        matches!(events.message().await.unwrap().unwrap().r#type, Some(invoke_action::event::Type::Completed(done)) if done.diagnostics.len() == 1)
    );
    let request = read_state_bytes::Request {
        type_name: none(),
        state_id: none(),
    };
    let mut chunks = client.read_state_bytes(request).await.unwrap().into_inner();
    assert_eq!(chunks.message().await.unwrap().unwrap().diagnostics.len(), 1);
    let called = call_function::Request {
        name: none(),
        arguments: Vec::new(),
    };
    assert!(
        client
            .call_function(called)
            .await
            .unwrap()
            .into_inner()
            .error
            .is_some()
    );
    drop(client);
    assert_eq!(plugin.shut_down().await, 0);
}

#[tokio::test]
async fn what_is_offered_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let mut plugin = Plugin::start(&[]).await;
    let mut client = configured(&plugin, folder.path().to_str().unwrap()).await;
    let metadata = client
        .get_metadata(get_metadata::Request {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(metadata.list_resources[0].type_name, THING);
    assert_eq!(metadata.functions.len(), 2);
    let capabilities = metadata.server_capabilities.unwrap();
    assert!(
        capabilities.get_provider_schema_optional
            && capabilities.move_resource_state
            && capabilities.plan_destroy
    );
    let functions = client
        .get_functions(get_functions::Request {})
        .await
        .unwrap()
        .into_inner()
        .functions;
    assert!(functions["join"].variadic_parameter.is_some());
    let request = get_resource_identity_schemas::Request {};
    let identities = client
        .get_resource_identity_schemas(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        identities.identity_schemas[THING].identity_attributes[0].name,
        "name"
    );
    let raw_identity = Some(RawState {
        json: br#"{"name":"a","old":1}"#.to_vec(),
        ..Default::default()
    });
    let request = upgrade_resource_identity::Request {
        type_name: THING.to_owned(),
        version: 0,
        raw_identity,
    };
    let upgraded = client
        .upgrade_resource_identity(request)
        .await
        .unwrap()
        .into_inner();
    assert!(upgraded.upgraded_identity.is_some());

    for name in ["a", "b", "c"] {
        let request = planned(&mut client, name).await;
        client.apply_resource_change(request).await.unwrap();
    }
    let request = list_resource::Request {
        type_name: THING.to_owned(),
        config: Some(DynamicValue {
            msgpack: vec![0x80],
            json: Vec::new(),
        }),
        include_resource_object: true,
        limit: 2,
    };
    let mut events = client.list_resource(request).await.unwrap().into_inner();
    for name in ["a", "b"] {
        let event = events.message().await.unwrap().unwrap();
        assert_eq!(event.display_name, name);
        assert!(event.identity.is_some() && event.resource_object.is_some());
    }
    assert!(events.message().await.unwrap().is_none());
    drop(client);
    assert_eq!(plugin.shut_down().await, 0);
}
