//! The `pipehat` program.

fn main() -> std::process::ExitCode {
    pipehat::cli::main()
}
