//! The partitions of AWS: separate worlds with their own accounts, endpoints and ARN prefix.

use std::fmt;

/// A partition (AWS General Reference; SDK partition metadata).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Partition {
    Aws,
    China,
    GovCloud,
    EuropeanSovereign,
    Iso,
    IsoB,
    IsoE,
    IsoF,
}

struct Facts {
    partition: Partition,
    /// Second part of an ARN.
    id: &'static str,
    /// How the partition's regions start, `-` included.
    region_prefixes: &'static [&'static str],
    /// IAM's one endpoint.
    iam_endpoint: &'static str,
    /// The fixed region with which calls to IAM are signed.
    iam_signing_region: &'static str,
    dns_suffix: &'static str,
    default_audience: &'static str,
}

const AUDIENCE: &str = "sts.amazonaws.com";

/// The most special prefix of a region comes first.
const FACTS: [Facts; 8] = [
    Facts {
        partition: Partition::China,
        id: "aws-cn",
        region_prefixes: &["cn-"],
        iam_endpoint: "https://iam.cn-north-1.amazonaws.com.cn",
        iam_signing_region: "cn-north-1",
        dns_suffix: "amazonaws.com.cn",
        default_audience: "sts.amazonaws.com.cn",
    },
    Facts {
        partition: Partition::GovCloud,
        id: "aws-us-gov",
        region_prefixes: &["us-gov-"],
        iam_endpoint: "https://iam.us-gov.amazonaws.com",
        iam_signing_region: "us-gov-west-1",
        dns_suffix: "amazonaws.com",
        default_audience: AUDIENCE,
    },
    Facts {
        partition: Partition::EuropeanSovereign,
        id: "aws-eusc",
        region_prefixes: &["eusc-"],
        iam_endpoint: "https://iam.eusc-de-east-1.amazonaws.eu",
        iam_signing_region: "eusc-de-east-1",
        dns_suffix: "amazonaws.eu",
        default_audience: AUDIENCE,
    },
    Facts {
        partition: Partition::IsoB,
        id: "aws-iso-b",
        region_prefixes: &["us-isob-"],
        iam_endpoint: "https://iam.us-isob-east-1.sc2s.sgov.gov",
        iam_signing_region: "us-isob-east-1",
        dns_suffix: "sc2s.sgov.gov",
        default_audience: AUDIENCE,
    },
    Facts {
        partition: Partition::IsoE,
        id: "aws-iso-e",
        region_prefixes: &["eu-isoe-"],
        iam_endpoint: "https://iam.eu-isoe-west-1.cloud.adc-e.uk",
        iam_signing_region: "eu-isoe-west-1",
        dns_suffix: "cloud.adc-e.uk",
        default_audience: AUDIENCE,
    },
    Facts {
        partition: Partition::IsoF,
        id: "aws-iso-f",
        region_prefixes: &["us-isof-"],
        iam_endpoint: "https://iam.us-isof-south-1.csp.hci.ic.gov",
        iam_signing_region: "us-isof-south-1",
        dns_suffix: "csp.hci.ic.gov",
        default_audience: AUDIENCE,
    },
    Facts {
        partition: Partition::Iso,
        id: "aws-iso",
        region_prefixes: &["us-iso-"],
        iam_endpoint: "https://iam.us-iso-east-1.c2s.ic.gov",
        iam_signing_region: "us-iso-east-1",
        dns_suffix: "c2s.ic.gov",
        default_audience: AUDIENCE,
    },
    COMMERCIAL,
];

const COMMERCIAL: Facts = Facts {
    partition: Partition::Aws,
    id: "aws",
    region_prefixes: &[""],
    iam_endpoint: "https://iam.amazonaws.com",
    iam_signing_region: "us-east-1",
    dns_suffix: "amazonaws.com",
    default_audience: AUDIENCE,
};

impl Partition {
    /// The partition of an ARN's second part (`aws`, `aws-cn` …).
    pub fn from_id(id: &str) -> Option<Self> {
        FACTS
            .iter()
            .find(|facts| facts.id == id)
            .map(|facts| facts.partition)
    }

    /// The partition of any ARN.
    pub fn of_arn(arn: &str) -> Option<Self> {
        let mut parts = arn.split(':');
        (parts.next() == Some("arn")).then(|| parts.next().and_then(Self::from_id))?
    }

    /// The partition of a region; a region that no other partition claims is commercial.
    pub fn of_region(region: &str) -> Self {
        FACTS
            .iter()
            .find(|facts| {
                facts
                    .region_prefixes
                    .iter()
                    .any(|prefix| region.starts_with(prefix))
            })
            .map_or(Self::Aws, |facts| facts.partition)
    }

    /// The second part of ARNs.
    pub fn id(self) -> &'static str {
        self.facts().id
    }

    /// The audience that the vendor's own actions and libraries ask for.
    pub fn default_audience(self) -> &'static str {
        self.facts().default_audience
    }

    /// IAM's one endpoint.
    pub fn iam_endpoint(self) -> &'static str {
        self.facts().iam_endpoint
    }

    /// The region with which requests to IAM are signed.
    pub fn iam_signing_region(self) -> &'static str {
        self.facts().iam_signing_region
    }

    /// The end of the host names of services.
    pub fn dns_suffix(self) -> &'static str {
        self.facts().dns_suffix
    }

    /// All partitions.
    pub fn all() -> impl Iterator<Item = Self> {
        FACTS.iter().map(|facts| facts.partition)
    }

    fn facts(self) -> &'static Facts {
        FACTS
            .iter()
            .find(|facts| facts.partition == self)
            .unwrap_or(&COMMERCIAL)
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_partition_is_found_by_each_of_its_names() {
        assert_eq!(Partition::all().count(), 8);
        for partition in Partition::all() {
            assert_eq!(Partition::from_id(partition.id()), Some(partition));
            assert_eq!(
                Partition::of_arn(&format!("arn:{partition}:iam::1:root")),
                Some(partition)
            );
            assert_eq!(Partition::of_region(partition.iam_signing_region()), partition);
            assert_eq!(partition.facts().partition, partition);
        }
    }

    #[test]
    fn regions() {
        for (region, partition) in [
            ("eu-central-1", Partition::Aws),
            ("cn-northwest-1", Partition::China),
            ("us-gov-east-1", Partition::GovCloud),
            ("eusc-de-east-1", Partition::EuropeanSovereign),
            ("us-iso-west-1", Partition::Iso),
            ("us-isob-east-1", Partition::IsoB),
        ] {
            assert_eq!(Partition::of_region(region), partition, "{region}");
        }
        assert_eq!(Partition::China.default_audience(), "sts.amazonaws.com.cn");
        assert_eq!(Partition::of_arn("arn:awsx:iam::1:root"), None);
        assert_eq!(Partition::of_arn("urn:aws:iam::1:root"), None);
    }
}
