//! How far an import is: a bar on a terminal, otherwise a line for each stage.

use std::io::{IsTerminal, Write, stderr};

use contracts::commands::ImportProgress;
use indicatif::{ProgressBar, ProgressStyle};

pub(crate) enum Progress {
    Bar(ProgressBar),
    Lines { stage: String },
}

impl Progress {
    pub(crate) fn new() -> Self {
        if !stderr().is_terminal() {
            return Self::Lines {
                stage: String::new(),
            };
        }
        let style = ProgressStyle::with_template("{msg:28} {bar:30} {percent:>3} %  {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        Self::Bar(ProgressBar::new(0).with_style(style))
    }

    pub(crate) fn show(&mut self, progress: &ImportProgress) {
        match self {
            Self::Bar(bar) => {
                bar.set_message(progress.stage.clone());
                bar.set_length(progress.total.max(1));
                bar.set_position(progress.done);
            }
            Self::Lines { stage } if *stage != progress.stage => {
                stage.clone_from(&progress.stage);
                // Nobody to tell is no reason to stop.
                writeln!(stderr(), "{stage} ...").unwrap_or_default();
            }
            Self::Lines { .. } => {}
        }
    }

    pub(crate) fn done(self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}
