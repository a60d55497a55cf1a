//! What a statement can be given.

use contracts::{AuthorityCode, ChildId, StaffId, TeamId};
use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

/// One argument: a number or a text, or none of that type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Int(Option<i64>),
    Text(Option<String>),
}

macro_rules! value_from {
    ($($type:ty: |$v:ident| $int_or_text:ident $e:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($v: $type) -> Self {
                Self::$int_or_text(Some($e))
            }
        }
        impl From<Option<$type>> for Value {
            fn from(v: Option<$type>) -> Self {
                v.map_or(Self::$int_or_text(None), Self::from)
            }
        }
    )*};
}

value_from! {
    i64: |v| Int v;
    u32: |v| Int i64::from(v);
    u64: |v| Int i64::try_from(v).unwrap_or(i64::MAX);
    usize: |v| Int i64::try_from(v).unwrap_or(i64::MAX);
    bool: |v| Int i64::from(v);
    Timestamp: |v| Int v.as_microsecond();
    String: |v| Text v;
    &str: |v| Text v.to_owned();
    &String: |v| Text v.clone();
    Uuid: |v| Text v.to_string();
    Date: |v| Text v.to_string();
    &AuthorityCode: |v| Text v.to_string();
    &ChildId: |v| Text v.to_string();
    &StaffId: |v| Text v.to_string();
    &TeamId: |v| Text v.to_string();
}

impl Value {
    /// Any contract struct as JSON text.
    pub fn json<T: serde::Serialize>(value: &T) -> Self {
        Self::Text(Some(
            serde_json::to_string(value).expect("contract structs always serialise"),
        ))
    }
}

/// `values![child, day]`: a statement's arguments.
#[macro_export]
macro_rules! values {
    ($($v:expr),* $(,)?) => { vec![$($crate::Value::from($v)),*] };
}
