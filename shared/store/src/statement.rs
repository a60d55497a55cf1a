//! Statements as constants: one text for both engines.

use std::fmt::Write as _;

/// One SQL text. Placeholders are `$1`, `$2`, ...; through a `Scoped` or `Reader` of one authority `$1` is that
/// authority. `{list}` stands for the placeholders of a list argument, which comes last. `{skip_locked}` makes
/// PostgreSQL pass over rows that another replica has claimed.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    pub name: &'static str,
    pub sql: &'static str,
}

/// A multi-row insert. Through a `Scoped` of one authority the first column is the authority, added by the scope.
#[derive(Clone, Copy, Debug)]
pub struct Insert {
    pub name: &'static str,
    /// Table and columns: `entry (authority, child, key)`.
    pub into: &'static str,
    /// How many columns `into` names.
    pub columns: usize,
    /// What follows the values: `ON CONFLICT ...`, `RETURNING ...`.
    pub then: &'static str,
}

#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Anything a test can prepare on both engines.
pub trait Prepared: Sync {
    fn name(&self) -> &'static str;
    #[doc(hidden)]
    fn example(&self, engine: Engine) -> String;
}

impl Statement {
    pub const fn new(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql }
    }

    /// The text for an engine, with a list of `listed` values after `fixed` single arguments.
    pub(crate) fn text(&self, engine: Engine, fixed: usize, listed: usize) -> String {
        let mut sql = self.sql.to_owned();
        if sql.contains("{list}") {
            let mut list = String::with_capacity(listed * 6);
            for n in 0..listed {
                let comma = if n == 0 { "" } else { ", " };
                write!(list, "{comma}${}", fixed + n + 1).expect("writing to a string cannot fail");
            }
            sql = sql.replace("{list}", &list);
        }
        let skip = if engine == Engine::Postgres {
            "FOR UPDATE SKIP LOCKED"
        } else {
            ""
        };
        sql.replace("{skip_locked}", skip)
    }

    /// How many `$n` there are besides the list.
    fn placeholders(&self) -> usize {
        let mut most = 0;
        for part in self.sql.split('$').skip(1) {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            most = most.max(digits.parse().unwrap_or(0));
        }
        most
    }
}

impl Prepared for Statement {
    fn name(&self) -> &'static str {
        self.name
    }
    fn example(&self, engine: Engine) -> String {
        self.text(engine, self.placeholders(), 2)
    }
}

impl Insert {
    /// The text for `rows` rows. SQLite gets `?`: it looks numbered names up one by one, which a wide insert feels.
    pub(crate) fn text(&self, engine: Engine, rows: usize) -> String {
        let mut sql = format!("INSERT INTO {} VALUES ", self.into);
        for row in 0..rows {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..self.columns {
                let comma = if column == 0 { "" } else { ", " };
                match engine {
                    Engine::Sqlite => write!(sql, "{comma}?"),
                    Engine::Postgres => write!(sql, "{comma}${}", row * self.columns + column + 1),
                }
                .expect("writing to a string cannot fail");
            }
            sql.push(')');
        }
        sql.push(' ');
        sql.push_str(self.then);
        sql
    }

    /// How many rows go into the next statement: powers of two, so that few texts are ever prepared.
    pub(crate) fn chunk(&self, left: usize) -> usize {
        let most = (16_000 / self.columns).clamp(1, 512);
        let most = 1_usize << most.ilog2();
        if left >= most {
            most
        } else {
            1 << left.ilog2()
        }
    }
}

impl Prepared for Insert {
    fn name(&self) -> &'static str {
        self.name
    }
    fn example(&self, engine: Engine) -> String {
        self.text(engine, 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_goes_on_counting_after_the_single_arguments() {
        let statement = Statement::new("x", "SELECT 1 WHERE a = $1 AND b IN ({list})");
        assert_eq!(
            statement.text(Engine::Sqlite, 1, 3),
            "SELECT 1 WHERE a = $1 AND b IN ($2, $3, $4)"
        );
        assert_eq!(statement.placeholders(), 1);
    }

    #[test]
    fn an_insert_is_cut_into_powers_of_two() {
        let insert = Insert {
            name: "x",
            into: "t (a, b)",
            columns: 2,
            then: "",
        };
        assert_eq!(
            insert.text(Engine::Postgres, 2),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) "
        );
        assert_eq!(
            insert.text(Engine::Sqlite, 2),
            "INSERT INTO t (a, b) VALUES (?, ?), (?, ?) "
        );
        assert_eq!(
            [
                insert.chunk(1000),
                insert.chunk(300),
                insert.chunk(3),
                insert.chunk(1)
            ],
            [512, 256, 2, 1]
        );
    }
}
