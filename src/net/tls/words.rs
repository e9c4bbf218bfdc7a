//! Why two sides did not come to terms about TLS, in words that tell what is to be done.

use rustls::AlertDescription as Alert;
use rustls::CertificateError as Certificate;
use rustls::{Error, InvalidMessage};

/// What is wrong, seen from here: "it" is the other side.
#[must_use]
pub fn words(error: &Error) -> String {
    let text = match error {
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => "it speaks no TLS",
        Error::NoCertificatesPresented => "it showed no certificate",
        Error::InvalidCertificate(why) => match why {
            Certificate::Expired | Certificate::ExpiredContext { .. } => {
                "its certificate has expired"
            }
            Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
                "its certificate is not valid yet, or a clock is wrong"
            }
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
                "its certificate is for another name"
            }
            // An authority of the same name with another key is another one.
            Certificate::UnknownIssuer | Certificate::BadSignature => {
                "its certificate comes from no authority that is trusted here"
            }
            Certificate::Revoked => "its certificate was revoked",
            _ => return format!("its certificate is not accepted: {error}"),
        },
        Error::AlertReceived(alert) => match alert {
            Alert::CertificateRequired => "it wants a certificate of ours",
            Alert::UnknownCA => "it does not trust the authority of our certificate",
            Alert::CertificateExpired => "it says that our certificate has expired",
            Alert::CertificateRevoked => "it says that our certificate was revoked",
            Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateUnknown
            | Alert::AccessDenied => "it does not accept our certificate, or that there is none",
            Alert::ProtocolVersion => "it speaks neither version 1.2 nor 1.3",
            Alert::HandshakeFailure => "it accepts no cipher of ours, or wants a certificate",
            Alert::UnrecognisedName => "it does not know the name by which it was called",
            _ => return error.to_string(),
        },
        Error::PeerIncompatible(_) => {
            return format!("it does not offer what is needed (version 1.2 or 1.3): {error}");
        }
        error => return error.to_string(),
    };
    text.to_owned()
}
