# Would Microsoft Entra accept this token for this federated credential.
output "decision" {
  value = provider::oidcfed::evaluate_azure(
    {
      issuer    = "https://token.actions.githubusercontent.com"
      audiences = ["api://AzureADTokenExchange"]
      subject   = "repo:acme/api:environment:production"
    },
    {
      iss = "https://token.actions.githubusercontent.com"
      aud = "api://AzureADTokenExchange"
      sub = "repo:acme/api:environment:production"
    },
  ).decision
}
