//! Documents to judge.

use serde_json::{Value, json};

pub const GITHUB: &str = "token.actions.githubusercontent.com";

pub fn arn(role: &str) -> String {
    format!("arn:aws:iam::111122223333:role/{role}")
}

/// A trust policy; a subject with a wildcard is a pattern.
pub fn policy(subject: &str) -> Value {
    let operator = if subject.contains('*') {
        "StringLike"
    } else {
        "StringEquals"
    };
    let mut condition = json!({"StringEquals": {format!("{GITHUB}:aud"): "sts.amazonaws.com"}});
    condition[operator][format!("{GITHUB}:sub")] = json!(subject);
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"Federated": format!("arn:aws:iam::111122223333:oidc-provider/{GITHUB}")},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }]})
}

/// A trust policy that is about no token.
pub fn service() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
}

pub fn credential(audience: &str, subject: &str) -> Value {
    json!({"name": subject, "issuer": format!("https://{GITHUB}"), "audiences": [audience], "subject": subject})
}

pub fn provider(condition: &str) -> Value {
    json!({
        "name": "projects/1/locations/global/workloadIdentityPools/ci/providers/github",
        "attributeMapping": {"google.subject": "assertion.sub"},
        "attributeCondition": condition,
        "oidc": {"issuerUri": format!("https://{GITHUB}"), "allowedAudiences": ["ci"]},
    })
}

pub const TEMPLATE: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Org: { Type: String, Default: acme }
  Provider: { Type: String }
Resources:
  Oidc:
    Type: AWS::IAM::OIDCProvider
    Properties: { Url: "https://token.actions.githubusercontent.com", ClientIdList: [sts.amazonaws.com] }
  Deploy:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Principal: { Federated: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/token.actions.githubusercontent.com" }
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: { "token.actions.githubusercontent.com:aud": sts.amazonaws.com }
              StringLike:
                token.actions.githubusercontent.com:sub: "repo:acme*"
  Exact:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          Effect: Allow
          Principal: { Federated: !GetAtt Oidc.Arn }
          Action: [sts:AssumeRoleWithWebIdentity]
          Condition:
            StringEquals:
              token.actions.githubusercontent.com:aud: sts.amazonaws.com
              token.actions.githubusercontent.com:sub: !Join [":", ["repo", "acme/api", "environment", "prod"]]
  Parameters:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Federated: !Ref Oidc }
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: { "token.actions.githubusercontent.com:aud": sts.amazonaws.com }
              StringLike: { "token.actions.githubusercontent.com:sub": !Sub "repo:${Org}/api:*" }
  Whole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Federated: !Ref Provider }
            Action: sts:AssumeRoleWithWebIdentity
  Function:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: "https://example.com/x.yaml" }
"#;

/// Three credentials: all known, one with an expression, one in a deployment within.
pub fn arm() -> Value {
    let kind = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials";
    let of = |name: &str, subject: &str| {
        json!({"type": kind, "apiVersion": "2023-01-31", "name": name,
            "properties": {"issuer": format!("https://{GITHUB}"), "audiences": ["api://AzureADTokenExchange"], "subject": subject}})
    };
    let exact = "repo:acme/api:environment:prod";
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            {"type": "Microsoft.ManagedIdentity/userAssignedIdentities", "name": "ci", "location": "[resourceGroup().location]"},
            of("known", exact),
            of("unknown", "[parameters('subject')]"),
            {"type": "Microsoft.Resources/deployments", "name": "inner", "properties": {"mode": "Incremental", "template": {"resources": [of("nested", exact)]}}},
        ],
    })
}
