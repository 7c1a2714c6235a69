//! The rules, one file each. Adding one is adding a file and a line.
//!
//! Rules of the facts' table that are not here need what this room does not see: those of expressions (`tautology`,
//! `open-disjunct`, `unanchored-match`, `unescaped-regex-dot`, `ambiguous-concatenation`, `template-extraction`,
//! `missing-condition`, `providers-collide`, `whole-pool-binding`, `subject-length`, `type-mismatch`, `expression-syntax`,
//! `binding-key-shared`) belong to the dialects that have such things, `dangling-issuer` and `jwks-transport` need the
//! network, `audience-widens` and `revives-roles` need an account.

mod any_branch;
mod any_context;
mod any_tag;
mod azp_instead_of_audience;
mod case_insensitive_subject;
mod confused_deputy;
mod if_exists_on_identity;
mod issuer_url;
mod literal_wildcard;
mod missing_audience;
mod missing_subject;
mod mixed_issuers_unconstrained;
mod mutable_issuer;
mod mutable_subject;
mod mutable_workflow_ref;
mod negated_only_identity;
pub(super) mod never_admits;
mod open_compartment;
mod open_owner_prefix;
mod open_ref_prefix;
mod open_repository_prefix;
mod open_subject;
mod plan_phase_allowed;
mod pull_request_allowed;
mod reusable_workflow_only;
mod set_operator_without_null_guard;
mod shared_audience;
mod subject_format_mismatch;
mod subject_shape;
mod subject_without_tenant;
mod unanalysable_condition;
mod undeclared_issuer;
mod unescaped_colon;
mod unknown_claim;
mod user_controlled_claim;
mod whole_issuer;
mod whole_owner;
mod wildcard_crosses_delimiter;
mod wildcard_owner;
mod wildcard_tenant;

use super::rule::Checked;

/// All rules that look at one way in.
pub(super) const RULES: &[Checked] = &[
    missing_subject::RULE,
    confused_deputy::RULE,
    open_subject::RULE,
    whole_issuer::RULE,
    wildcard_owner::RULE,
    wildcard_tenant::RULE,
    open_owner_prefix::RULE,
    subject_without_tenant::RULE,
    user_controlled_claim::RULE,
    reusable_workflow_only::RULE,
    negated_only_identity::RULE,
    if_exists_on_identity::RULE,
    set_operator_without_null_guard::RULE,
    mixed_issuers_unconstrained::RULE,
    open_compartment::RULE,
    wildcard_crosses_delimiter::RULE,
    open_repository_prefix::RULE,
    whole_owner::RULE,
    any_context::RULE,
    any_branch::RULE,
    any_tag::RULE,
    open_ref_prefix::RULE,
    pull_request_allowed::RULE,
    plan_phase_allowed::RULE,
    mutable_workflow_ref::RULE,
    missing_audience::RULE,
    shared_audience::RULE,
    azp_instead_of_audience::RULE,
    literal_wildcard::RULE,
    subject_shape::RULE,
    subject_format_mismatch::RULE,
    unescaped_colon::RULE,
    unknown_claim::RULE,
    issuer_url::RULE,
    unanalysable_condition::RULE,
    mutable_subject::RULE,
    mutable_issuer::RULE,
    undeclared_issuer::RULE,
    case_insensitive_subject::RULE,
];
