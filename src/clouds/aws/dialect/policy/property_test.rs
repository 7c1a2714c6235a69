//! Properties of reading, writing and comparing, over policies made at random.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-c*${}]{1,3}", 1..4)
}

fn principals() -> impl Strategy<Value = Option<Principals>> {
    let set = prop_oneof![
        Just(PrincipalSet::Everyone),
        (prop::sample::select(&PrincipalKind::ALL[..]), words())
            .prop_map(|(kind, names)| PrincipalSet::Listed(BTreeMap::from([(kind, names)]))),
    ];
    prop::option::of(set.prop_flat_map(|set| {
        prop_oneof![
            Just(Principals::Principal(set.clone())),
            Just(Principals::NotPrincipal(set))
        ]
    }))
}

fn actions() -> impl Strategy<Value = Actions> {
    prop::collection::vec("[a-c]:[a-cX*]{1,2}", 1..4).prop_flat_map(|names| {
        prop_oneof![
            Just(Actions::Action(names.clone())),
            Just(Actions::NotAction(names))
        ]
    })
}

fn resources() -> impl Strategy<Value = Option<Resources>> {
    prop::option::of(words().prop_flat_map(|names| {
        prop_oneof![
            Just(Resources::Resource(names.clone())),
            Just(Resources::NotResource(names))
        ]
    }))
}

fn conditions() -> impl Strategy<Value = Vec<Condition>> {
    let operators = [
        "StringEquals",
        "StringLike",
        "ForAnyValue:StringLike",
        "BoolIfExists",
        "Null",
    ];
    let one = (
        prop::sample::select(operators.to_vec()).prop_map(str::to_owned),
        "[a-c]:[a-c]",
        prop::collection::vec("[a-c*]{0,2}", 0..3),
    );
    prop::collection::btree_map((one.0, one.1), one.2, 0..5).prop_map(|conditions| {
        let condition = |((operator, key), values): ((String, String), Vec<String>)| Condition {
            operator: Operator::parse(&operator).unwrap(),
            key: ConditionKey::new(key),
            values,
        };
        conditions.into_iter().map(condition).collect()
    })
}

prop_compose! {
    fn statement()(
        allow in prop::bool::ANY,
        principals in principals(),
        actions in actions(),
        resources in resources(),
        conditions in conditions(),
    ) -> Statement {
        let effect = if allow { Effect::Allow } else { Effect::Deny };
        Statement { sid: None, effect, principals, actions, resources, conditions }
    }
}

fn document() -> impl Strategy<Value = PolicyDocument> {
    prop::collection::vec(statement(), 1..4).prop_map(PolicyDocument::new)
}

/// Other words for the same: lists turned round and with a repetition, letter case of names, other order.
fn reworded(document: &PolicyDocument) -> PolicyDocument {
    let list = |values: &mut Vec<String>| {
        values.reverse();
        values.extend(values.first().cloned());
    };
    let mut other = document.clone();
    other.statements.reverse();
    other.statements.extend(other.statements.first().cloned());
    for (number, statement) in other.statements.iter_mut().enumerate() {
        statement.sid = Some(format!("Renamed{number}"));
        match &mut statement.actions {
            Actions::Action(names) | Actions::NotAction(names) => {
                list(names);
                names.iter_mut().for_each(|name| *name = name.to_uppercase());
            }
        }
        if let Some(Resources::Resource(names) | Resources::NotResource(names)) = &mut statement.resources {
            list(names);
        }
        if let Some(
            Principals::Principal(PrincipalSet::Listed(lists))
            | Principals::NotPrincipal(PrincipalSet::Listed(lists)),
        ) = &mut statement.principals
        {
            lists.values_mut().for_each(list);
        }
        statement.conditions.reverse();
        for condition in &mut statement.conditions {
            list(&mut condition.values);
            condition.key = ConditionKey::new(condition.key.as_str().to_uppercase());
        }
    }
    other
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn what_is_written_reads_back(document in document()) {
        let text = document.to_json();
        let read = PolicyDocument::parse(&text).unwrap();
        prop_assert_eq!(read.to_json(), text);
        prop_assert!(means_same(&read, &document));
    }

    #[test]
    fn other_words_mean_the_same(document in document()) {
        prop_assert!(means_same(&document, &reworded(&document)));
    }

    #[test]
    fn same_meaning_is_the_same_answer(a in statement(), b in statement()) {
        let (a, b) = (PolicyDocument::new(vec![a]), PolicyDocument::new(vec![b]));
        if means_same(&a, &b) {
            let answer = |p: &PolicyDocument| {
                let mut context = super::super::Context::complete();
                context.set("a:a", "a").set_many("b:b", vec!["b".to_owned(), "c".to_owned()]);
                super::super::authorize(std::slice::from_ref(p), None, "a:ab", "a", &context).verdict
            };
            prop_assert_eq!(answer(&a), answer(&b));
        }
    }

    #[test]
    fn nonsense_is_refused_and_never_more(document in document(), at in 0_usize..400, with in "[\\x00-\\x7fü]{0,3}") {
        let text = document.to_json();
        let cut = at.min(text.len());
        if let (Some(a), Some(b)) = (text.get(..cut), text.get((cut + 1).min(text.len())..)) {
            let _ = PolicyDocument::parse(&format!("{a}{with}{b}"));
            let _ = Statement::parse_list(&format!("{a}{with}{b}"));
        }
    }
}
