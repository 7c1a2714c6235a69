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

# Credentials for Google Cloud are found as Google's libraries find them, unless something is said here.
provider "oidcfed" {
  alias = "google"

  gcp = {
    project                     = "acme-prod"
    impersonate_service_account = "deployer@acme-prod.iam.gserviceaccount.com"
  }
}

# In a pipeline, with the job's own token; the provider of the pool trusts that workload, which then acts as the service account.
provider "oidcfed" {
  alias = "google_pipeline"

  gcp = {
    project = "acme-prod"
    workload_identity = {
      provider_name   = "projects/123456789012/locations/global/workloadIdentityPools/pipeline/providers/github"
      service_account = "deployer@acme-prod.iam.gserviceaccount.com"
      platform        = "github-actions"
    }
  }
}

# With a key file, where there is nothing better.
provider "oidcfed" {
  alias = "google_key"

  gcp = {
    project     = "acme-prod"
    credentials = "/run/secrets/deployer.json"
  }
}
