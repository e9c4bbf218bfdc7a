# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_pipehat_global_optspecs
    string join \n h/help V/version
end

function __fish_pipehat_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_pipehat_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_pipehat_using_subcommand
    set -l cmd (__fish_pipehat_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c pipehat -n "__fish_pipehat_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipehat -n "__fish_pipehat_needs_command" -s V -l version -d 'Print version'
complete -c pipehat -n "__fish_pipehat_needs_command" -f -a "parse" -d 'Look at messages, or convert them to JSON or to a clean stream'
complete -c pipehat -n "__fish_pipehat_needs_command" -f -a "query" -d 'Print values as rows, or the messages that match'
complete -c pipehat -n "__fish_pipehat_needs_command" -f -a "from-json" -d 'Convert JSON, as parse writes it, back to messages'
complete -c pipehat -n "__fish_pipehat_needs_command" -f -a "diff" -d 'Tell where the messages of two files differ'
complete -c pipehat -n "__fish_pipehat_needs_command" -f -a "transform" -d 'Edit messages by a script'
complete -c pipehat -n "__fish_pipehat_needs_command" -f -a "validate" -d 'Check messages against the standard'
complete -c pipehat -n "__fish_pipehat_needs_command" -f -a "to-fhir" -d 'Convert messages to FHIR R4'
complete -c pipehat -n "__fish_pipehat_needs_command" -f -a "deidentify" -d 'Remove or replace what tells who a message is about'
complete -c pipehat -n "__fish_pipehat_needs_command" -f -a "listen" -d 'Receive messages over MLLP and acknowledge them'
complete -c pipehat -n "__fish_pipehat_needs_command" -f -a "send" -d 'Send messages over MLLP and wait for the answers'
complete -c pipehat -n "__fish_pipehat_needs_command" -f -a "completions" -d 'Print the completions for a shell'
complete -c pipehat -n "__fish_pipehat_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -s f -l format -d 'The form of the output [default: tree on a terminal, else json]' -r -f -a "tree\t'For people: a line for each segment, field, component'
json\t'A JSON object a line'
hl7\t'One message a line: segments end with CR, messages with LF'"
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -l eol -d 'How segments end' -r -f -a "cr\t'CR, and LF behind the message: one message a line [default]'
lf\t'LF, and an empty line behind the message'
crlf\t'CRLF, and an empty line behind the message'"
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -l batch -d 'Envelopes of batches in hl7: `wrap` puts BHS and BTS around all messages, `keep` passes on those of the input, which are left out otherwise' -r -f -a "wrap\t'BHS before all messages, BTS with their number behind'
keep\t'As in the input'"
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -l files-from -d 'Reads also the files named in LIST, one a line; `-` is standard input' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -l charset -d 'Reads every message in this character set, whatever its MSH-18 says (default: MSH-18, else UTF-8)' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -l max-message -d 'The longest message that is read; a longer one is reported and goes to the rejects' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -s o -l output -d 'Writes to FILE, which appears whole when all is done, instead of standard output' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -l rejects -d 'Puts what could not be handled into FILE, byte for byte' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -s j -l threads -d 'Works with N threads; the output is the same with any number [default: as many as serve]' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -l progress -d 'Shows progress on stderr' -r -f -a "auto\t'When stderr is a terminal, the results do not go there, and it takes longer than a second'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -l color -d 'Colours the output; `auto` on a terminal unless NO_COLOR is set' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -l names -d 'Adds the standard\'s names to JSON: `name` and `names` in each segment'
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -l raw -d 'Values as written: escape sequences and character set are left as they are'
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -l mllp -d 'Puts each message into an MLLP block'
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -s 0 -l null -d 'The names in LIST end with NUL, as `find -print0` writes them'
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -s q -l quiet -d 'Reports nothing on stderr; the exit status still tells'
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -s v -l verbose -d 'Reports everything on stderr, also beyond the first 100 messages'
complete -c pipehat -n "__fish_pipehat_using_subcommand parse" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -s p -l path -d 'Adds a column; of use where a file has the name of a path' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -s w -l where -d 'Keeps only messages for which EXPR is true' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -l each -d 'Gives a row for each segment SEG, or each group such as ORDER_OBSERVATION; other paths show what belongs to it' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -s m -l max -d 'Stops after N matching messages' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -s f -l format -d 'The form of the rows' -r -f -a "tsv\t'Cells between tabs, a row a line'
csv\t'Comma-separated values, RFC 4180'
json\t'One array of objects'
ndjson\t'An object a line'
values\t'Each value on a line of its own'"
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -l join -d 'Joins several values in a cell with TEXT [default: ~; in JSON they are an array]' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -l files-from -d 'Reads also the files named in LIST, one a line; `-` is standard input' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -l charset -d 'Reads every message in this character set, whatever its MSH-18 says (default: MSH-18, else UTF-8)' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -l max-message -d 'The longest message that is read; a longer one is reported and goes to the rejects' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -s o -l output -d 'Writes to FILE, which appears whole when all is done, instead of standard output' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -l rejects -d 'Puts what could not be handled into FILE, byte for byte' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -s j -l threads -d 'Works with N threads; the output is the same with any number [default: as many as serve]' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -l progress -d 'Shows progress on stderr' -r -f -a "auto\t'When stderr is a terminal, the results do not go there, and it takes longer than a second'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -l color -d 'Colours the output; `auto` on a terminal unless NO_COLOR is set' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -s v -l invert -d 'Keeps only messages for which EXPR is not true'
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -l messages -d 'Prints the messages themselves, one a line'
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -s c -l count -d 'Prints only the number of matching messages'
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -s l -l files-with-matches -d 'Prints only the names of files with matching messages'
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -s H -l header -d 'Begins with a line of column names (tsv and csv)'
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -l first -d 'Only the first value of each cell'
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -l raw -d 'Values as written: escape sequences and character set are left as they are'
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -l follow -d 'Stays open and reads on as the files grow'
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -s 0 -l null -d 'The names in LIST end with NUL, as `find -print0` writes them'
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -s q -l quiet -d 'Reports nothing on stderr; the exit status still tells'
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -l verbose -d 'Reports everything on stderr, also beyond the first 100 messages'
complete -c pipehat -n "__fish_pipehat_using_subcommand query" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipehat -n "__fish_pipehat_using_subcommand from-json" -l eol -d 'How segments end' -r -f -a "cr\t'CR, and LF behind the message: one message a line [default]'
lf\t'LF, and an empty line behind the message'
crlf\t'CRLF, and an empty line behind the message'"
complete -c pipehat -n "__fish_pipehat_using_subcommand from-json" -l files-from -d 'Reads also the files named in LIST, one a line; `-` is standard input' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand from-json" -l charset -d 'Reads every message in this character set, whatever its MSH-18 says (default: MSH-18, else UTF-8)' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand from-json" -l max-message -d 'The longest message that is read; a longer one is reported and goes to the rejects' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand from-json" -s o -l output -d 'Writes to FILE, which appears whole when all is done, instead of standard output' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand from-json" -l rejects -d 'Puts what could not be handled into FILE, byte for byte' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand from-json" -s j -l threads -d 'Works with N threads; the output is the same with any number [default: as many as serve]' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand from-json" -l progress -d 'Shows progress on stderr' -r -f -a "auto\t'When stderr is a terminal, the results do not go there, and it takes longer than a second'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand from-json" -l color -d 'Colours the output; `auto` on a terminal unless NO_COLOR is set' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand from-json" -l raw -d 'Takes values as they stand: no escaping, no character set'
complete -c pipehat -n "__fish_pipehat_using_subcommand from-json" -l mllp -d 'Puts each message into an MLLP block'
complete -c pipehat -n "__fish_pipehat_using_subcommand from-json" -s 0 -l null -d 'The names in LIST end with NUL, as `find -print0` writes them'
complete -c pipehat -n "__fish_pipehat_using_subcommand from-json" -s q -l quiet -d 'Reports nothing on stderr; the exit status still tells'
complete -c pipehat -n "__fish_pipehat_using_subcommand from-json" -s v -l verbose -d 'Reports everything on stderr, also beyond the first 100 messages'
complete -c pipehat -n "__fish_pipehat_using_subcommand from-json" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipehat -n "__fish_pipehat_using_subcommand diff" -l by -d 'What messages are paired by: the value at PATH, or `order`' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand diff" -l ignore -d 'Leaves out differences at PATH and below it; can be given several times' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand diff" -s f -l format -d 'The form of the output' -r -f -a "text\t'For people: a line for each pair that differs, then one for each difference'
ndjson\t'A JSON object for each difference, one a line'"
complete -c pipehat -n "__fish_pipehat_using_subcommand diff" -l charset -d 'Reads every message in this character set, whatever its MSH-18 says (default: MSH-18, else UTF-8)' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand diff" -s o -l output -d 'Writes to FILE, which appears whole when all is done, instead of standard output' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand diff" -l progress -d 'Shows progress on stderr' -r -f -a "auto\t'When stderr is a terminal, the results do not go there, and it takes longer than a second'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand diff" -l color -d 'Colours the output; `auto` on a terminal unless NO_COLOR is set' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand diff" -l max-message -d 'The longest message that is read; a longer one is reported' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand diff" -l brief -d 'Tells only which messages differ, a line for each'
complete -c pipehat -n "__fish_pipehat_using_subcommand diff" -s q -l quiet -d 'Reports nothing on stderr; the exit status still tells'
complete -c pipehat -n "__fish_pipehat_using_subcommand diff" -s v -l verbose -d 'Reports everything on stderr, also beyond the first 100 messages, and a summary'
complete -c pipehat -n "__fish_pipehat_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -s e -d 'A script, or a further part of it' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -s f -d 'A file with a script; those of -e come behind all files' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -l report -d 'Writes codes that no table had, with their number, as CSV' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -l max-open -d 'So many files of `emit` are open at a time' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -l eol -d 'How segments end' -r -f -a "cr\t'CR, and LF behind the message: one message a line [default]'
lf\t'LF, and an empty line behind the message'
crlf\t'CRLF, and an empty line behind the message'"
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -l files-from -d 'Reads also the files named in LIST, one a line; `-` is standard input' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -l charset -d 'Reads every message in this character set, whatever its MSH-18 says (default: MSH-18, else UTF-8)' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -l max-message -d 'The longest message that is read; a longer one is reported and goes to the rejects' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -s o -l output -d 'Writes to FILE, which appears whole when all is done, instead of standard output' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -l rejects -d 'Puts what could not be handled into FILE, byte for byte' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -s j -l threads -d 'Works with N threads; the output is the same with any number [default: as many as serve]' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -l progress -d 'Shows progress on stderr' -r -f -a "auto\t'When stderr is a terminal, the results do not go there, and it takes longer than a second'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -l color -d 'Colours the output; `auto` on a terminal unless NO_COLOR is set' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -l check -d 'Only reads the script; tells what is wrong with it'
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -s n -l dry-run -d 'Tells what would change, as paths with the values before and after, and writes no messages'
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -l mllp -d 'Puts each message into an MLLP block'
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -s 0 -l null -d 'The names in LIST end with NUL, as `find -print0` writes them'
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -s q -l quiet -d 'Reports nothing on stderr; the exit status still tells'
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -s v -l verbose -d 'Reports everything on stderr, also beyond the first 100 messages'
complete -c pipehat -n "__fish_pipehat_using_subcommand transform" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -s f -l format -d 'The form of the report' -r -f -a "text\t'A line for each problem, for people'
ndjson\t'An object a line, one for each problem'
json\t'One document: the same objects in an array, and the counts'
nist\t'An object a line, one for each message, in the shape of NIST\'s validator'
sarif\t'One SARIF 2.1.0 document, for code scanning'
junit\t'One JUnit document: a suite for each file, a case for each message'
ack\t'An acknowledgment a line, one for each message, with ERR segments'"
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l report -d 'Reports go to FILE, which appears whole when all is done, instead of stderr' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l fail-on -d 'Findings as severe as this make a message invalid, and the exit status 1' -r -f -a "error\t'Errors'
warning\t'Errors and warnings'
never\t'Nothing: all messages are valid'"
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l profile -d 'Profiles: files in TOML or XML, or folders with such; the one that fits a message is taken' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l profile-map -d 'A file that says which messages are held against which profile' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l severity -d 'How severe a rule is (error, warning, info, off), everywhere or at PATH' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l explain -d 'Tells what a rule asks for' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l files-from -d 'Reads also the files named in LIST, one a line; `-` is standard input' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l charset -d 'Reads every message in this character set, whatever its MSH-18 says (default: MSH-18, else UTF-8)' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l max-message -d 'The longest message that is read; a longer one is reported and goes to the rejects' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -s o -l output -d 'Writes to FILE, which appears whole when all is done, instead of standard output' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l rejects -d 'Puts what could not be handled into FILE, byte for byte' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -s j -l threads -d 'Works with N threads; the output is the same with any number [default: as many as serve]' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l progress -d 'Shows progress on stderr' -r -f -a "auto\t'When stderr is a terminal, the results do not go there, and it takes longer than a second'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l color -d 'Colours the output; `auto` on a terminal unless NO_COLOR is set' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l show-values -d 'Shows what messages say at the places of findings; it may be patient data'
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l pass -d 'Writes valid messages, one a line, and reports on stderr'
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l strict -d 'Takes every rule as seriously as it can be'
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l deny-z -d 'Refuses Z-segments that no profile describes'
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l nist-compat -d 'Checks as NIST\'s validator does, its gaps included'
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l list-rules -d 'Lists all rules'
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -s 0 -l null -d 'The names in LIST end with NUL, as `find -print0` writes them'
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -s q -l quiet -d 'Reports nothing on stderr; the exit status still tells'
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -l verbose -d 'Reports everything on stderr, also beyond the first 100 messages'
complete -c pipehat -n "__fish_pipehat_using_subcommand validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l bundle -d 'The type of the Bundles' -r -f -a "message\t'Messages of FHIR, with a MessageHeader'
transaction\t'To put on a server all or not at all'
batch\t'To put on a server one by one'
collection\t'Resources that belong together'"
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l upsert -d 'How a transaction asks a server to keep resources' -r -f -a "put\t'Under their ids, which are created or updated'
conditional\t'Patients, practitioners, organizations, places and visits only if none has their identifier'"
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l out-dir -d 'Writes into files of a folder: one a message, or with --resources one a type of resource' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l ids -d 'Of what ids are made' -r -f -a "business\t'Identifiers: the same thing has the same id in every message'
message\t'The message and the place in it'"
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l id-scope -d 'What joins identifiers without an authority, in place of MSH-4 and MSH-3' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l timezone -d 'The time zone of times without an offset, for all messages or for those of a sender (MSH-4 or MSH-3)' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l systems -d 'URIs of coding systems and authorities: a CSV file of names and URIs' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l codes -d 'What local codes are elsewhere: a CSV file of system, code, system, code, display' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l unmapped -d 'What becomes of values that have no place in a resource' -r -f -a "none\t'They are counted'
extension\t'They are kept in extensions'"
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l report -d 'Counts what was not carried over into FILE, an object a line' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l files-from -d 'Reads also the files named in LIST, one a line; `-` is standard input' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l charset -d 'Reads every message in this character set, whatever its MSH-18 says (default: MSH-18, else UTF-8)' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l max-message -d 'The longest message that is read; a longer one is reported and goes to the rejects' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -s o -l output -d 'Writes to FILE, which appears whole when all is done, instead of standard output' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l rejects -d 'Puts what could not be handled into FILE, byte for byte' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -s j -l threads -d 'Works with N threads; the output is the same with any number [default: as many as serve]' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l progress -d 'Shows progress on stderr' -r -f -a "auto\t'When stderr is a terminal, the results do not go there, and it takes longer than a second'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l color -d 'Colours the output; `auto` on a terminal unless NO_COLOR is set' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l resources -d 'Writes the resources alone, one a line'
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -l no-source -d 'Leaves out the message itself'
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -s 0 -l null -d 'The names in LIST end with NUL, as `find -print0` writes them'
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -s q -l quiet -d 'Reports nothing on stderr; the exit status still tells'
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -s v -l verbose -d 'Reports everything on stderr, also beyond the first 100 messages'
complete -c pipehat -n "__fish_pipehat_using_subcommand to-fhir" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l profile -d 'What becomes of what identifies people' -r -f -a "safe-harbor\t'45 CFR 164.514(b)(2): identifiers go, dates become years'
pseudonymise\t'Surrogates by a key, the same everywhere; dates are shifted. Not Safe Harbor'
test-data\t'As pseudonymise, to look like real data; MSH-11 = T'"
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l key-file -d 'The file with the key; without, the one that the variable PIPEHAT_KEY_FILE names' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l report -d 'Writes what was done, in numbers and without anything a message says, as JSON' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l rules -d 'Rules for fields, components, data types or segments, which count more than the profile\'s' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l text -d 'What becomes of free text [default: drop for safe-harbor, else scrub]' -r -f -a "drop\t'It is removed; up to three words in which nothing is found stay, such as POSITIVE'
scrub\t'What the message knows of its people, and what looks like an identifier, is replaced'
strict\t'As scrub, and every word that is in no list of words is masked'
keep\t'It stays as it is: for texts that nobody wrote about anybody'"
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l birth-date -d 'What becomes of dates of birth where dates are shifted' -r -f -a "shift\t'As other dates: right to about a year'
year\t'Only the year stays'"
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l shift-scope -d 'Whose dates are moved alike' -r -f -a "patient\t'Those of a patient'
key\t'All of them, so that times between patients stay, too'"
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l anchor -d 'The assigning authority (PID-3.4) of the number that decides how far dates are moved' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l eol -d 'How segments end' -r -f -a "cr\t'CR, and LF behind the message: one message a line [default]'
lf\t'LF, and an empty line behind the message'
crlf\t'CRLF, and an empty line behind the message'"
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l files-from -d 'Reads also the files named in LIST, one a line; `-` is standard input' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l charset -d 'Reads every message in this character set, whatever its MSH-18 says (default: MSH-18, else UTF-8)' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l max-message -d 'The longest message that is read; a longer one is reported and goes to the rejects' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -s o -l output -d 'Writes to FILE, which appears whole when all is done, instead of standard output' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l rejects -d 'Puts what could not be handled into FILE, byte for byte' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -s j -l threads -d 'Works with N threads; the output is the same with any number [default: as many as serve]' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l progress -d 'Shows progress on stderr' -r -f -a "auto\t'When stderr is a terminal, the results do not go there, and it takes longer than a second'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l color -d 'Colours the output; `auto` on a terminal unless NO_COLOR is set' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -s n -l dry-run -d 'Only reports, on standard output unless --report is given; writes no messages'
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l fail-on-residual -d 'Exit status 2 if something that identifies somebody stood where no rule expects it (it is removed in any case)'
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l list-rules -d 'Lists the rules that would apply, in the form of a file for --rules'
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l cap-age -d 'Dates of birth and ages over 89 lose their year (always so in safe-harbor)'
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l keep-providers -d 'Keeps names and numbers of providers'
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l mllp -d 'Puts each message into an MLLP block'
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -s 0 -l null -d 'The names in LIST end with NUL, as `find -print0` writes them'
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -s q -l quiet -d 'Reports nothing on stderr; the exit status still tells'
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -l verbose -d 'Reports everything on stderr, also beyond the first 100 messages'
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and not __fish_seen_subcommand_from keygen" -a "keygen" -d 'Make a new key'
complete -c pipehat -n "__fish_pipehat_using_subcommand deidentify; and __fish_seen_subcommand_from keygen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l archive -d 'Appends messages to files in DIR; each is on the disk before it is acknowledged' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l rotate-size -d 'Begins a new file of the archive when one is as long as this' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l rotate-every -d 'Begins a new file of the archive after so long; a span that divides a day counts from midnight UTC' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l sync -d 'When the disk is waited for' -r -f -a "message\t'After each message'
group\t'Once for all messages that came while it was busy'
none\t'Never: a power failure loses what was acknowledged'"
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l files -d 'Writes each message into a file of its own in DIR' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l exec -d 'Runs a command of the shell for each message; its exit status is the answer' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l exec-timeout -d 'Ends a command that takes longer, and answers AE' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l exec-jobs -d 'So many commands run at a time [default: as many as there are processors]' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l forward -d 'Sends each message on, and answers what is answered there' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l forward-timeout -d 'Waits so long for that answer, and then answers AE' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l stdout -d 'Whether messages go to standard output, too' -r -f -a "auto\t'If nothing else keeps them, or it is a pipe or a file'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l rejects -d 'Appends what could not be handled to FILE, in MLLP blocks, but for messages that are too long' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -s w -l where -d 'Takes only messages for which EXPR is true; others are answered AR' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l validate -d 'Takes only messages that are valid: as the standard says, or the profiles of a file or folder' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l duplicate -d 'What is done with a message that was accepted before: same sender, control id and content' -r -f -a "ack\t'Answers it, and does not keep it again'
reject\t'Answers AR'
pass\t'Takes it like any other'"
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l duplicate-window -d 'How long it is known' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l ack-delay -d 'Waits so long before each answer, to test a sender' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l ack-code -d 'Answers CODE (AA, AE, AR, CA, CE, CR) to what is accepted, to test a sender' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l count -d 'Ends after N messages' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l max-connections -d 'Serves so many connections at a time' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l idle-timeout -d 'Closes a connection on which no message comes for so long [default: never]' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l message-timeout -d 'Closes a connection on which a message takes longer; it gets a second more for each 16K' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l allow -d 'Only these addresses may connect, such as 10.1.0.0/16; may be given more than once' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l grace -d 'When it ends, answers what was received within so long' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l charset -d 'Reads every message in this character set, whatever its MSH-18 says (default: MSH-18, else UTF-8)' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l max-message -d 'The longest message that is read; a longer one is reported and goes to the rejects' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l tls-cert -d 'Speaks TLS and shows this certificate (PEM, with those that lead to the authority)' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l tls-key -d 'The private key of the certificate (PEM)' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l client-ca -d 'Demands a certificate of each client: from an authority in FILE, or itself in it' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l log -d 'Tells each event on stderr, a line each; nothing of what messages say' -r -f -a "text\t'Time, event, and facts as NAME=VALUE'
json\t'An object a line'"
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l metrics -d 'Serves figures for Prometheus at http://[ADDR:]PORT/metrics' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l stats -d 'Tells figures on stderr, so often' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l mllp -d 'Keeps each message in an MLLP block'
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l release2 -d 'Speaks MLLP release 2: each block is answered by a commit block first'
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -l once -d 'Ends after one message'
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -s q -l quiet -d 'Reports nothing on stderr, unless --log asks for it; the exit status still tells'
complete -c pipehat -n "__fish_pipehat_using_subcommand listen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -s f -l format -d 'What is written for each message [default: text on a terminal, else ack]' -r -f -a "text\t'A line for people: code, control id, time'
ack\t'The acknowledgments, one a line'
ndjson\t'An object a line: what became of the message'
none\t'Nothing'"
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l window -d 'So many messages of a connection may wait for their answers' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l connections -d 'Sends over N connections; messages of one key (--order-by) keep their order' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l order-by -d 'The key whose messages keep their order on several connections' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l timeout -d 'How long to wait for an answer, in seconds' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l connect-timeout -d 'How long to look for the name of the host and wait for a connection, in seconds' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l retries -d 'Sends a message so many times more, or `forever`, when no answer comes; it may then arrive twice [default: 0; forever with --queue]' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l retry-delay -d 'The pause before the first retry; it doubles each time, up to a minute' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l retry-on -d 'Sends again also what was refused with one of these codes' -r -f -a "ae\t''
ar\t''
ce\t''
cr\t''
nak\t'The commit block of MLLP release 2'"
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l rate -d 'Sends not more than so many messages: N/s, N/m or N/h; N alone is N/s' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l state -d 'Notes in FILE what was answered, and sends only what is not in it' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l queue -d 'Keeps messages of standard input in DIR until they are answered' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l queue-max -d 'With so much in the queue nothing more is read; what was read at once may be above it' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l set -d 'Changes each message on the way, as `set` of transform does' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l expect -d 'The code to wait for: AA passes over a CA before it; for CA, an AA is not the right answer' -r -f -a "AA\t''
CA\t''"
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l http -d 'Sends over HTTP (application/hl7-v2 as HAPI\'s HoH has it) instead of MLLP' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l headers -d 'Adds the headers in FILE to each request, one `Name: value` a line' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l ca -d 'Trusts the certificates in FILE (PEM), authorities or the receiver\'s own, instead of those of the system' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l cert -d 'Shows the certificate in FILE (PEM) to the receiver' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l key -d 'The private key of the certificate (PEM, not encrypted)' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l server-name -d 'The name that the receiver\'s certificate must have [default: that of HOST]' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l files-from -d 'Reads also the files named in LIST, one a line; `-` is standard input' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l charset -d 'Reads every message in this character set, whatever its MSH-18 says (default: MSH-18, else UTF-8)' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l max-message -d 'The longest message that is read; a longer one is reported and goes to the rejects' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -s o -l output -d 'Writes to FILE, which appears whole when all is done, instead of standard output' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l rejects -d 'Puts what could not be handled into FILE, byte for byte' -r -F
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l progress -d 'Shows progress on stderr' -r -f -a "auto\t'When stderr is a terminal, the results do not go there, and it takes longer than a second'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l color -d 'Colours the output; `auto` on a terminal unless NO_COLOR is set' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -s j -l threads -d 'Works with N threads; the output is the same with any number [default: as many as serve]' -r
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l keep-going -d 'Goes on behind a message that may not have arrived; those behind it may overtake it'
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l reconnect -d 'Makes a new connection for each message'
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l enhanced -d 'Asks for the enhanced mode: MSH-15 is AL, and MSH-16 NE, or AL with --expect AA'
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l ping -d 'Only connects, and tells whether that went well; sends nothing'
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l tls -d 'Encrypts with TLS 1.2 or 1.3; the receiver must show a certificate that is trusted'
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l insecure -d 'Trusts any certificate: whoever answers gets the messages'
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -s 0 -l null -d 'The names in LIST end with NUL, as `find -print0` writes them'
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -s q -l quiet -d 'Reports nothing on stderr; the exit status still tells'
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -l verbose -d 'Reports everything on stderr, also beyond the first 100 messages'
complete -c pipehat -n "__fish_pipehat_using_subcommand send" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipehat -n "__fish_pipehat_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pipehat -n "__fish_pipehat_using_subcommand help; and not __fish_seen_subcommand_from parse query from-json diff transform validate to-fhir deidentify listen send completions help" -f -a "parse" -d 'Look at messages, or convert them to JSON or to a clean stream'
complete -c pipehat -n "__fish_pipehat_using_subcommand help; and not __fish_seen_subcommand_from parse query from-json diff transform validate to-fhir deidentify listen send completions help" -f -a "query" -d 'Print values as rows, or the messages that match'
complete -c pipehat -n "__fish_pipehat_using_subcommand help; and not __fish_seen_subcommand_from parse query from-json diff transform validate to-fhir deidentify listen send completions help" -f -a "from-json" -d 'Convert JSON, as parse writes it, back to messages'
complete -c pipehat -n "__fish_pipehat_using_subcommand help; and not __fish_seen_subcommand_from parse query from-json diff transform validate to-fhir deidentify listen send completions help" -f -a "diff" -d 'Tell where the messages of two files differ'
complete -c pipehat -n "__fish_pipehat_using_subcommand help; and not __fish_seen_subcommand_from parse query from-json diff transform validate to-fhir deidentify listen send completions help" -f -a "transform" -d 'Edit messages by a script'
complete -c pipehat -n "__fish_pipehat_using_subcommand help; and not __fish_seen_subcommand_from parse query from-json diff transform validate to-fhir deidentify listen send completions help" -f -a "validate" -d 'Check messages against the standard'
complete -c pipehat -n "__fish_pipehat_using_subcommand help; and not __fish_seen_subcommand_from parse query from-json diff transform validate to-fhir deidentify listen send completions help" -f -a "to-fhir" -d 'Convert messages to FHIR R4'
complete -c pipehat -n "__fish_pipehat_using_subcommand help; and not __fish_seen_subcommand_from parse query from-json diff transform validate to-fhir deidentify listen send completions help" -f -a "deidentify" -d 'Remove or replace what tells who a message is about'
complete -c pipehat -n "__fish_pipehat_using_subcommand help; and not __fish_seen_subcommand_from parse query from-json diff transform validate to-fhir deidentify listen send completions help" -f -a "listen" -d 'Receive messages over MLLP and acknowledge them'
complete -c pipehat -n "__fish_pipehat_using_subcommand help; and not __fish_seen_subcommand_from parse query from-json diff transform validate to-fhir deidentify listen send completions help" -f -a "send" -d 'Send messages over MLLP and wait for the answers'
complete -c pipehat -n "__fish_pipehat_using_subcommand help; and not __fish_seen_subcommand_from parse query from-json diff transform validate to-fhir deidentify listen send completions help" -f -a "completions" -d 'Print the completions for a shell'
complete -c pipehat -n "__fish_pipehat_using_subcommand help; and not __fish_seen_subcommand_from parse query from-json diff transform validate to-fhir deidentify listen send completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pipehat -n "__fish_pipehat_using_subcommand help; and __fish_seen_subcommand_from deidentify" -f -a "keygen" -d 'Make a new key'
