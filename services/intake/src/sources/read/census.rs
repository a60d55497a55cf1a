//! Reading a census: one file whose blocks are the rows of several tables at once.

use std::{cell::Cell, path::Path};

use super::{
    super::{
        Source, Unreadable,
        cin::{Block, Census},
        csv::Cells,
        find::open,
    },
    Hashed, Progress, Reader, in_full,
};

impl Reader<'_> {
    pub(super) fn census(
        &mut self,
        source: &'static Source,
        path: &Path,
    ) -> Result<(), Unreadable> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (file, size) = open(path)?;
        let block = |table: &super::Table| format!("{name} ({})", table.file);
        let names: Vec<String> = source.tables.iter().map(block).collect();
        let tables = source.tables.iter().zip(&names);
        let mut tables: Vec<_> = tables
            .map(|(table, name)| Progress::new(table, name))
            .collect();
        let done = Cell::new(0);
        let mut hash = std::mem::take(&mut self.hash);
        let input = Hashed {
            file: Box::new(file),
            hash: &mut hash,
            done: &done,
        };
        let stage = format!("reading {name}");
        let mut shown = 0;
        let read = Census::new(input, source.tables).each_block(|block| {
            self.block(block, &mut tables);
            if done.get() != shown {
                shown = done.get();
                self.watch.progress(&stage, shown, size);
            }
        });
        read.map_err(|e| Unreadable(format!("{name} could not be read: {}", in_full(&e))))?;
        self.hash = hash;
        self.in_trouble()?;
        for progress in &tables {
            self.close(progress, None);
        }
        Ok(())
    }

    fn block(&mut self, block: &Block<'_>, tables: &mut [Progress<'_>]) {
        let own = tables.iter_mut().find(|p| p.table.file == block.table.file);
        let progress = own.expect("a block is one of the source's tables");
        progress.rows += 1;
        let cells = Cells::new(block.table.columns, block.cells());
        if let Some(mut bad) = self.said(&cells, progress) {
            // Nobody's block may be anybody's.
            bad.cut_short = bad.child.is_none();
            bad.fault.value = shown(&bad.fault.value);
            self.refuse(block.line(bad.fault.column), bad, progress);
        }
    }
}

/// A value as it may be listed: one that is no number and no day could be anything, a name too, and only what it is like
/// is told.
fn shown(value: &str) -> String {
    let plain = |c: char| c.is_ascii_digit() || "-/:. TZ+".contains(c);
    if value.chars().all(plain) {
        return value.to_owned();
    }
    format!("(text of {} characters)", value.chars().count())
}
