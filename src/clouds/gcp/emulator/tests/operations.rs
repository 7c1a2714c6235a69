//! Long-running operations.

use serde_json::{Value, json};

use super::laboratory::{Laboratory, POOL, pools};

async fn start(lab: &Laboratory) -> String {
    let path = format!("{}?workloadIdentityPoolId=pool", pools());
    let started = lab.iam("POST", &path, &json!({})).await.good();
    format!("v1/{}", started["name"].as_str().unwrap())
}

#[tokio::test]
async fn done_at_the_first_poll_with_nothing_but_a_name() {
    let lab = Laboratory::open().await;
    let operation = start(&lab).await;
    let expected = json!({"name": operation.trim_start_matches("v1/"), "done": true});
    for _ in 0..2 {
        assert_eq!(lab.iam("GET", &operation, &Value::Null).await.good(), expected);
    }
    let none = format!("v1/{POOL}/operations/b0000000000000000000000000000000");
    assert_eq!(
        lab.iam("GET", &none, &Value::Null).await.code(),
        (404, "NOT_FOUND".to_owned())
    );
}

#[tokio::test]
async fn what_an_operation_does_is_not_done_before_it_is_done() {
    let lab = Laboratory::open().await;
    lab.set_faults(json!({"fresh": {"operation_reads": 1, "operation_polls": 2}}));
    let operation = start(&lab).await;
    let pool = format!("{}/pool", pools());
    assert_eq!(
        lab.iam("GET", &operation, &Value::Null).await.status,
        404,
        "not seen yet"
    );
    let again = format!("{}?workloadIdentityPoolId=pool", pools());
    assert_eq!(
        lab.iam("POST", &again, &json!({})).await.status,
        409,
        "being made"
    );
    for _ in 0..2 {
        assert_eq!(
            lab.iam("GET", &operation, &Value::Null).await.good().get("done"),
            None
        );
        assert_eq!(lab.iam("GET", &pool, &Value::Null).await.status, 404);
    }
    assert_eq!(
        lab.iam("GET", &operation, &Value::Null).await.good()["done"],
        true
    );
    lab.iam("GET", &pool, &Value::Null).await.good();
}

#[tokio::test]
async fn an_operation_that_fails_changes_nothing() {
    let lab = Laboratory::open().await;
    lab.set_faults(json!({"operations": [{"code": 13, "message": "out of luck"}]}));
    let operation = start(&lab).await;
    let failed = lab.iam("GET", &operation, &Value::Null).await.good();
    assert_eq!(
        (&failed["done"], &failed["error"]),
        (&json!(true), &json!({"code": 13, "message": "out of luck"}))
    );
    assert_eq!(
        lab.iam("GET", &format!("{}/pool", pools()), &Value::Null)
            .await
            .status,
        404
    );
    start(&lab).await;
    lab.iam("GET", &format!("{}/pool", pools()), &Value::Null)
        .await
        .good();
}
