terraform {
  required_providers {
    oidcfed = {
      source = "oidcfed/oidcfed"
    }
  }
}

# Credentials are found as the AWS command line finds them.
provider "oidcfed" {
  aws = {
    region              = "eu-central-1"
    allowed_account_ids = ["111122223333"]
    default_tags        = { managed_by = "terraform" }
  }
}

# In a pipeline the provider logs in with the job's own token: no key is kept anywhere. Here it runs on GitHub Actions, in a job with
# the permission `id-token: write`; the role trusts that workload. A token that is elsewhere is given with `token_file` or `token`.
provider "oidcfed" {
  alias = "pipeline"

  aws = {
    assume_role_with_web_identity = {
      role_arn = "arn:aws:iam::111122223333:role/pipeline"
      platform = "github-actions"
    }
  }
}
