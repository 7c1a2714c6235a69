//! A data source, whatever its model.

use async_trait::async_trait;

use super::decode;
use super::guard::{guarded, guarded_check, report};
use crate::framework::{Context, Convert, DataSource, Diagnostics, Schema, Value};

/// A data source, whatever its model.
#[async_trait]
pub trait AnyDataSource: Send + Sync {
    fn type_name(&self) -> &'static str;
    fn schema(&self) -> Schema;
    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics);
    async fn read(&self, context: &Context, config: &Value, diagnostics: &mut Diagnostics) -> Option<Value>;
}

#[async_trait]
impl<D: DataSource> AnyDataSource for D {
    fn type_name(&self) -> &'static str {
        DataSource::type_name(self)
    }

    fn schema(&self) -> Schema {
        DataSource::schema(self)
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        if let Some(config) = decode::<D::Model>(config, diagnostics) {
            let checked = guarded_check(|| DataSource::validate(self, &config, diagnostics));
            report(checked, diagnostics);
        }
    }

    async fn read(&self, context: &Context, config: &Value, diagnostics: &mut Diagnostics) -> Option<Value> {
        let config = decode(config, diagnostics)?;
        let outcome = guarded(context, DataSource::read(self, context, config, diagnostics)).await;
        report(outcome, diagnostics)
            .flatten()
            .map(|found| found.to_value())
    }
}
