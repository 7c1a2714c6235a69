# Is there such a pool, and whom do its providers let in? `pool_id` takes its full name too.
data "oidcfed_gcp_pool" "builds" {
  project = "acme-prod"
  pool_id = "builds"
}

output "issuers" {
  value = {
    for provider in coalesce(data.oidcfed_gcp_pool.builds.providers, []) : provider.id => provider.issuer_uri
    if provider.state == "ACTIVE"
  }
}

# What is wrong with them, worst first; a data source reports, and what to do about it is yours.
output "grave" {
  value = [
    for finding in coalesce(data.oidcfed_gcp_pool.builds.findings, []) : finding
    if contains(["critical", "high"], finding.severity)
  ]
}
