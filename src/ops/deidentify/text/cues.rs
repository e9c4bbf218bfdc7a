//! Words that tell what comes behind or before them.

use super::letters::{Filter, key};
use std::sync::OnceLock;

/// What a word tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue {
    /// A name comes: Dr, Mrs.
    Title,
    /// A name may come: daughter, signed by.
    Person,
    /// A frequent name may come, in languages of which no list has the words: Hr., Tochter, Baby.
    Courtesy,
    /// A name was there: MD, RN.
    Degree,
    /// A telephone number comes.
    Phone,
    /// A social security number comes.
    Ssn,
    /// An identifier comes, however short.
    Record,
    /// A number comes that may be an identifier.
    Number,
    /// The plate of a vehicle comes.
    Plate,
    /// A ZIP code comes.
    Zip,
    /// Stands between such a word and the number: no, is.
    Link,
    /// An age comes.
    Age,
    /// A number of years over 89 in a word, or a part of one.
    Old,
    /// A date of birth comes.
    Birth,
    /// A month, 1 to 12.
    Month(u8),
    /// A month, 1 to 12, in another language than English.
    ForeignMonth(u8),
    /// The name of a street comes, in a language in which it stands behind.
    Street,
    /// http, www and such.
    Web,
    /// The end of a host's name: com, org.
    Domain,
}

impl Cue {
    /// Whether the word may as well be a part of a name.
    pub(super) fn may_be_a_name(self) -> bool {
        matches!(self, Self::Month(_) | Self::Courtesy) || self.is_foreign()
    }

    /// Whether a number of somebody or something comes.
    pub(super) fn is_of_number(self) -> bool {
        matches!(self, Self::Phone | Self::Ssn | Self::Record | Self::Number)
    }

    /// Whether the word is none of English.
    pub(super) fn is_foreign(self) -> bool {
        matches!(self, Self::ForeignMonth(_) | Self::Street)
    }
}

/// The words, in lower case.
const WORDS: &[(Cue, &str)] = &[
    (
        Cue::Title,
        "dr drs mr mrs ms miss prof professor doctor rev mx messrs dra herr frau mme sra dott dottssa \
         herrn monsieur madame mlle senora dhr mevr mevrouw",
    ),
    (
        Cue::Person,
        "patient pt daughter son wife husband mother father brother sister neighbor neighbour \
         friend spouse partner aunt uncle niece nephew cousin grandson granddaughter grandmother \
         grandfather caregiver guardian mom dad fiance fiancee boyfriend girlfriend stepson \
         stepdaughter stepmother stepfather contact by with attn nurse name named sincerely \
         physician provider surgeon radiologist pathologist resident therapist attending \
         nee",
    ),
    (
        Cue::Courtesy,
        "hr fr sr sig mw fam familie famiglia familia famille baby tochter sohn ehemann ehefrau enkel \
         enkelin schwiegersohn schwiegertochter bruder schwester mutter vater fille fils epouse \
         soeur frere hija hijo esposa marido hermana hermano figlia figlio moglie marito dochter zoon \
         echtgenote echtgenoot hausarzt huisarts",
    ),
    (Cue::Degree, "md rn lpn np pa phd dds dmd crna facs aprn msw lcsw pharmd dnp facp mbbs"),
    (
        Cue::Phone,
        "phone telephone tel ph fax cell cellphone mobile pager beeper call callback called calls \
         dial number voicemail whatsapp telefon telefono telefone telefonnummer rufnummer tlf handy handynummer \
         mobil mobiel movil cellulare celular",
    ),
    (Cue::Ssn, "ssn socsec security"),
    (
        Cue::Record,
        "mrn acct npi dea passport medicaid medicare mbi hicn license licence urn nhs fin csn",
    ),
    (
        Cue::Number,
        "record chart account visit encounter accession policy member subscriber id identifier \
         case claim order certificate serial registration sn device pacemaker implant",
    ),
    (Cue::Plate, "plate"),
    (Cue::Zip, "zip zipcode postcode postal plz postleitzahl wohnhaft"),
    (Cue::Link, "no num nr is was id of the at"),
    (Cue::Age, "age aged"),
    (Cue::Old, "ninety nineties hundred nonagenarian centenarian supercentenarian"),
    (Cue::Birth, "dob born birthdate birthday geb geboren"),
    (Cue::Web, "http https ftp sftp www"),
    (Cue::Domain, "com org net edu gov mil info biz io"),
    (
        Cue::Street,
        "rue calle avenida avda paseo piazza viale via rua chemin impasse quai ulica ul boulevard \
         c",
    ),
];

const MONTHS: [&str; 12] = [
    "january jan",
    "february feb",
    "march mar",
    "april apr",
    "may",
    "june jun",
    "july jul",
    "august aug",
    "september sep sept",
    "october oct",
    "november nov",
    "december dec",
];

/// Months without accents, a language a row: German, Austrian, French, Spanish, Italian, Portuguese,
/// Dutch, Polish (of a day), Swedish, Danish, Norwegian, Czech (of a day), Finnish (of a day),
/// Hungarian, Romanian, Turkish.
pub(super) const FOREIGN_MONTHS: [&str; 16] = [
    "januar februar marz april mai juni juli august september oktober november dezember",
    "janner feber marz april mai juni juli august september oktober november dezember",
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada \
     grudnia",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januar februar marts april maj juni juli august september oktober november december",
    "januar februar mars april mai juni juli august september oktober november desember",
    "ledna unora brezna dubna kvetna cervna cervence srpna zari rijna listopadu prosince",
    "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesakuuta heinakuuta elokuuta \
     syyskuuta lokakuuta marraskuuta joulukuuta",
    "januar februar marcius aprilis majus junius julius augusztus szeptember oktober november \
     december",
    "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie \
     decembrie",
    "ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik",
];

/// Months in other letters, as texts are looked at: Russian, Ukrainian, Greek (all of a day), Hebrew
/// (also with its "in"), Arabic, Arabic of the Levant. Of their dates the year stays.
const OTHER_MONTHS: [&str; 7] = [
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "ιανουαριου φεβρουαριου μαρτιου απριλιου μαιου ιουνιου ιουλιου αυγουστου σεπτεμβριου \
     οκτωβριου νοεμβριου δεκεμβριου",
    "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר",
    "בינואר בפברואר במרץ באפריל במאי ביוני ביולי באוגוסט בספטמבר באוקטובר בנובמבר בדצמבר",
    "يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر",
    "جانفي شباط اذار نيسان ايار حزيران تموز اب ايلول اكتوبر نوفمبر ديسمبر",
];

/// Ages over 89 in one word of German: `neunzigjährige`, `zweiundneunzigjähriger`.
const GERMAN_AGES: [&str; 6] = [
    "neunzigjahrige neunzigjahriger neunzigjahrigen hundertjahrige hundertjahriger hundertjahrigen",
    "einundneunzigjahrige einundneunzigjahriger einundneunzigjahrigen zweiundneunzigjahrige \
     zweiundneunzigjahriger zweiundneunzigjahrigen",
    "dreiundneunzigjahrige dreiundneunzigjahriger dreiundneunzigjahrigen vierundneunzigjahrige \
     vierundneunzigjahriger vierundneunzigjahrigen",
    "funfundneunzigjahrige funfundneunzigjahriger funfundneunzigjahrigen sechsundneunzigjahrige \
     sechsundneunzigjahriger sechsundneunzigjahrigen",
    "siebenundneunzigjahrige siebenundneunzigjahriger siebenundneunzigjahrigen \
     achtundneunzigjahrige achtundneunzigjahriger achtundneunzigjahrigen",
    "neunundneunzigjahrige neunundneunzigjahriger neunundneunzigjahrigen",
];

/// How many places the table of words has, a power of two, of which most are free.
const PLACES: usize = 1024;

/// The words by their keys.
#[derive(Debug)]
pub(super) struct Cues {
    filter: Filter,
    /// Open addressing, at most one word a key.
    places: Vec<Option<(u64, Cue)>>,
}

/// All cues.
pub(super) fn cues() -> &'static Cues {
    static CUES: OnceLock<Cues> = OnceLock::new();
    CUES.get_or_init(|| {
        let months = (1..).zip(MONTHS).map(|(n, words)| (Cue::Month(n), words));
        let foreign = FOREIGN_MONTHS.iter().chain(&OTHER_MONTHS).flat_map(|words| {
            (1..).zip(words.split(' ')).map(|(n, word)| (Cue::ForeignMonth(n), word))
        });
        let ages = GERMAN_AGES.iter().map(|&words| (Cue::Old, words));
        let mut cues = Cues { filter: Filter::default(), places: vec![None; PLACES] };
        for (cue, words) in WORDS.iter().copied().chain(months).chain(foreign).chain(ages) {
            words.split_ascii_whitespace().for_each(|word| cues.add(word.as_bytes(), cue));
        }
        cues
    })
}

impl Cues {
    /// Takes a word, unless it is there: what is a word of several languages is the first of them.
    fn add(&mut self, word: &[u8], cue: Cue) {
        self.filter.add(word);
        let place = self.place(key(word));
        if let Some(place @ None) = self.places.get_mut(place) {
            *place = Some((key(word), cue));
        }
    }

    /// Where a key is, or would be.
    fn place(&self, key: u64) -> usize {
        let mut at = (key >> 7) as usize % PLACES;
        while self.places.get(at).is_some_and(|place| place.is_some_and(|(of, _)| of != key)) {
            at = (at + 1) % PLACES;
        }
        at
    }

    /// What a word tells, in any case.
    #[inline]
    pub(super) fn of(&self, word: &[u8]) -> Option<Cue> {
        if !self.filter.may_have(word) {
            return None;
        }
        let place = self.places.get(self.place(key(word)))?;
        place.map(|(_, cue)| cue)
    }
}
