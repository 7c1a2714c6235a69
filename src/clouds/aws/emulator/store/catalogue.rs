//! The managed policies of AWS, as data: a choice of those that workloads are given most.
//!
//! Names, paths and the shape of the permissions are those of AWS; long lists of actions are shortened to the services
//! they begin with.

pub struct Entry {
    pub name: &'static str,
    pub path: &'static str,
    pub description: &'static str,
    pub grant: Grant,
}

/// The only statement of a policy, on all resources: names of actions, apart by spaces.
pub enum Grant {
    Allow(&'static str),
    AllowAllBut(&'static str),
    DenyAll,
}

const fn entry(
    path: &'static str,
    name: &'static str,
    description: &'static str,
    allow: &'static str,
) -> Entry {
    Entry {
        name,
        path,
        description,
        grant: Grant::Allow(allow),
    }
}

pub const CATALOGUE: &[Entry] = &[
    entry(
        "/",
        "AdministratorAccess",
        "Provides full access to AWS services and resources.",
        "*",
    ),
    Entry {
        name: "PowerUserAccess",
        path: "/",
        description: "Provides full access to AWS services and resources, but does not allow management of Users and groups.",
        grant: Grant::AllowAllBut("iam:* organizations:* account:*"),
    },
    entry(
        "/",
        "ReadOnlyAccess",
        "Provides read-only access to AWS services and resources.",
        "apigateway:Describe* apigateway:Get* apigateway:List* athena:Describe* athena:Get* \
         athena:List* autoscaling:Describe* autoscaling:Get* autoscaling:List* \
         cloudformation:Describe* cloudformation:Get* cloudformation:List* cloudfront:Describe* \
         cloudfront:Get* cloudfront:List* cloudtrail:Describe* cloudtrail:Get* cloudtrail:List* \
         cloudwatch:Describe* cloudwatch:Get* cloudwatch:List* codebuild:Describe* codebuild:Get* \
         codebuild:List* dynamodb:Describe* dynamodb:Get* dynamodb:List* ec2:Describe* ec2:Get* \
         ec2:List* ecr:Describe* ecr:Get* ecr:List* ecs:Describe* ecs:Get* ecs:List* eks:Describe* \
         eks:Get* eks:List* elasticloadbalancing:Describe* elasticloadbalancing:Get* \
         elasticloadbalancing:List* events:Describe* events:Get* events:List* glue:Describe* \
         glue:Get* glue:List* iam:Describe* iam:Get* iam:List* lambda:Describe* lambda:Get* \
         lambda:List* logs:Describe* logs:Get* logs:List* organizations:Describe* organizations:Get* \
         organizations:List* rds:Describe* rds:Get* rds:List* route53:Describe* route53:Get* \
         route53:List* s3:Describe* s3:Get* s3:List* sns:Describe* sns:Get* sns:List* sqs:Describe* \
         sqs:Get* sqs:List* ssm:Describe* ssm:Get* ssm:List* states:Describe* states:Get* \
         states:List* tag:Describe* tag:Get* tag:List* kms:Describe* kms:List* \
         secretsmanager:Describe* secretsmanager:List* sts:GetAccessKeyInfo sts:GetCallerIdentity",
    ),
    entry(
        "/job-function/",
        "ViewOnlyAccess",
        "This policy grants permissions to view resources and basic metadata across all AWS services.",
        "apigateway:Describe* apigateway:List* athena:Describe* athena:List* autoscaling:Describe* \
         autoscaling:List* cloudformation:Describe* cloudformation:List* cloudfront:Describe* \
         cloudfront:List* cloudtrail:Describe* cloudtrail:List* cloudwatch:Describe* cloudwatch:List* \
         codebuild:Describe* codebuild:List* dynamodb:Describe* dynamodb:List* ec2:Describe* \
         ec2:List* ecr:Describe* ecr:List* ecs:Describe* ecs:List* eks:Describe* eks:List* \
         elasticloadbalancing:Describe* elasticloadbalancing:List* events:Describe* events:List* \
         glue:Describe* glue:List* iam:Describe* iam:List* kms:Describe* kms:List* lambda:Describe* \
         lambda:List* logs:Describe* logs:List* organizations:Describe* organizations:List* \
         rds:Describe* rds:List* route53:Describe* route53:List* s3:Describe* s3:List* \
         secretsmanager:Describe* secretsmanager:List* sns:Describe* sns:List* sqs:Describe* \
         sqs:List* ssm:Describe* ssm:List* states:Describe* states:List* tag:Describe* tag:List*",
    ),
    entry(
        "/job-function/",
        "Billing",
        "Grants permissions for billing and cost management.",
        "aws-portal:* billing:* budgets:* ce:* cur:*",
    ),
    entry(
        "/",
        "SecurityAudit",
        "The security audit template grants access to read security configuration metadata.",
        "cloudtrail:Describe* cloudtrail:Get* cloudtrail:List* config:Describe* config:Get* \
         config:List* ec2:Describe* iam:GenerateCredentialReport iam:Get* iam:List* iam:Simulate* \
         kms:Describe* kms:Get* kms:List* s3:GetBucket* s3:ListAllMyBuckets",
    ),
    entry(
        "/",
        "IAMFullAccess",
        "Provides full access to IAM via the AWS Management Console.",
        "iam:* organizations:DescribeAccount organizations:ListPolicies",
    ),
    entry(
        "/",
        "IAMReadOnlyAccess",
        "Provides read only access to IAM via the AWS Management Console.",
        "iam:GenerateCredentialReport iam:Get* iam:List* iam:Simulate*",
    ),
    entry(
        "/",
        "AmazonS3FullAccess",
        "Provides full access to all buckets via the AWS Management Console.",
        "s3:* s3-object-lambda:*",
    ),
    entry(
        "/",
        "AmazonS3ReadOnlyAccess",
        "Provides read only access to all buckets via the AWS Management Console.",
        "s3:Get* s3:List* s3:Describe* s3-object-lambda:Get* s3-object-lambda:List*",
    ),
    entry(
        "/",
        "AmazonEC2FullAccess",
        "Provides full access to Amazon EC2 via the AWS Management Console.",
        "ec2:* elasticloadbalancing:* autoscaling:* cloudwatch:*",
    ),
    entry(
        "/",
        "AmazonEC2ReadOnlyAccess",
        "Provides read only access to Amazon EC2 via the AWS Management Console.",
        "ec2:Describe* ec2:Get* elasticloadbalancing:Describe* cloudwatch:Get* cloudwatch:List*",
    ),
    entry(
        "/",
        "AmazonEC2ContainerRegistryFullAccess",
        "Provides administrative access to Amazon ECR resources.",
        "ecr:* cloudtrail:LookupEvents",
    ),
    entry(
        "/",
        "AmazonEC2ContainerRegistryPowerUser",
        "Provides full access to Amazon EC2 Container Registry repositories, but does not allow repository deletion or policy changes.",
        "ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer \
         ecr:GetRepositoryPolicy ecr:DescribeRepositories ecr:ListImages ecr:DescribeImages \
         ecr:BatchGetImage ecr:InitiateLayerUpload ecr:UploadLayerPart ecr:CompleteLayerUpload \
         ecr:PutImage",
    ),
    entry(
        "/",
        "AmazonEC2ContainerRegistryReadOnly",
        "Provides read-only access to Amazon EC2 Container Registry repositories.",
        "ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer \
         ecr:GetRepositoryPolicy ecr:DescribeRepositories ecr:ListImages ecr:DescribeImages \
         ecr:BatchGetImage",
    ),
    entry(
        "/",
        "AmazonDynamoDBReadOnlyAccess",
        "Provides read only access to Amazon DynamoDB via the AWS Management Console.",
        "dynamodb:BatchGetItem dynamodb:Describe* dynamodb:Get* dynamodb:List* dynamodb:Query \
         dynamodb:Scan",
    ),
    entry(
        "/",
        "AmazonDynamoDBFullAccess",
        "Provides full access to Amazon DynamoDB via the AWS Management Console.",
        "dynamodb:* dax:*",
    ),
    entry(
        "/",
        "AmazonSQSFullAccess",
        "Provides full access to Amazon SQS via the AWS Management Console.",
        "sqs:*",
    ),
    entry(
        "/",
        "AmazonSNSFullAccess",
        "Provides full access to Amazon SNS via the AWS Management Console.",
        "sns:*",
    ),
    entry(
        "/",
        "AmazonSSMReadOnlyAccess",
        "Provides read only access to Amazon SSM.",
        "ssm:Describe* ssm:Get* ssm:List*",
    ),
    entry(
        "/",
        "AmazonVPCFullAccess",
        "Provides full access to Amazon VPC via the AWS Management Console.",
        "ec2:*Vpc* ec2:*Subnet* ec2:*Route* ec2:*SecurityGroup* ec2:Describe*",
    ),
    entry(
        "/",
        "CloudFrontFullAccess",
        "Provides full access to the CloudFront console plus the ability to list Amazon S3 buckets.",
        "cloudfront:* s3:ListAllMyBuckets",
    ),
    entry(
        "/",
        "CloudWatchReadOnlyAccess",
        "Provides read only access to CloudWatch.",
        "cloudwatch:Describe* cloudwatch:Get* cloudwatch:List* logs:Get* logs:List* logs:Describe* \
         logs:FilterLogEvents",
    ),
    entry(
        "/",
        "CloudWatchFullAccess",
        "Provides full access to CloudWatch.",
        "cloudwatch:* logs:* sns:* autoscaling:Describe*",
    ),
    entry(
        "/",
        "CloudWatchLogsReadOnlyAccess",
        "Provides read only access to CloudWatch Logs.",
        "logs:Describe* logs:Get* logs:List* logs:StartQuery logs:StopQuery logs:FilterLogEvents",
    ),
    entry(
        "/",
        "AWSLambda_FullAccess",
        "Grants full access to AWS Lambda service, AWS Lambda console features, and other related AWS services.",
        "lambda:* logs:Describe* iam:ListRoles iam:GetRole iam:GetRolePolicy tag:GetResources",
    ),
    entry(
        "/",
        "AWSLambda_ReadOnlyAccess",
        "Grants read-only access to AWS Lambda service, AWS Lambda console features, and other related AWS services.",
        "lambda:Get* lambda:List* logs:Describe* iam:ListRoles tag:GetResources",
    ),
    entry(
        "/service-role/",
        "AWSLambdaBasicExecutionRole",
        "Provides write permissions to CloudWatch Logs.",
        "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents",
    ),
    entry(
        "/",
        "AWSCloudFormationFullAccess",
        "Provides full access to AWS CloudFormation.",
        "cloudformation:*",
    ),
    entry(
        "/",
        "AWSCloudFormationReadOnlyAccess",
        "Provides access to AWS CloudFormation via the AWS Management Console.",
        "cloudformation:Describe* cloudformation:Get* cloudformation:List* \
         cloudformation:EstimateTemplateCost",
    ),
    Entry {
        name: "AWSDenyAll",
        path: "/",
        description: "Deny all access.",
        grant: Grant::DenyAll,
    },
];
