# The subject of one workload.
output "subject" {
  value = provider::oidcfed::subject("kubernetes", {
    namespace       = "shop"
    service_account = "checkout"
  })
}
