run "is_planned" {
  command = plan

  assert {
    condition     = jsondecode(oidcfed_aws_trust.deploy.trust_policy).Version == "2012-10-17"
    error_message = "the trust policy is known at plan"
  }
}

run "is_applied" {
  assert {
    condition     = endswith(oidcfed_aws_trust.deploy.role_arn, ":role/${oidcfed_aws_trust.deploy.role_name}")
    error_message = "the role has its name"
  }
}

run "is_changed_in_place" {
  variables {
    subject = "repo:acme/web:ref:refs/heads/main"
  }

  assert {
    condition     = output.unique_id == run.is_applied.unique_id
    error_message = "another subject must not replace the role"
  }
}
