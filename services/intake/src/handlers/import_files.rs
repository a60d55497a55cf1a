//! `import`: a source's files become facts, in one transaction with what is published about them.

use bus::Question;
use contracts::commands::ImportFiles;

use crate::import::Importer;

pub(crate) fn question(importer: Importer) -> Question {
    Question::new::<ImportFiles, _>(move |request| {
        let importer = importer.clone();
        async move { importer.import(request).await }
    })
}
