namespace Hierarchy.Cli;

/// <summary>A command that came to nothing: what happened, and what the operator does next.</summary>
internal sealed class CommandFailedException(string code, string message, string? nextStep, int exitCode = ExitCode.Failed, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>Stable, snake_case: what a program branches on.</summary>
    public string Code { get; } = code;

    public string? NextStep { get; } = nextStep;

    public int ExitCode { get; } = exitCode;
}
