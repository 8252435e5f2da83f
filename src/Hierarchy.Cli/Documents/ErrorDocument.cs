namespace Hierarchy.Cli.Documents;

/// <summary>What is written instead of a result.</summary>
internal sealed record ErrorDocument(ErrorBody Error);

/// <summary>What happened and what to do next.</summary>
internal sealed record ErrorBody(string Code, string Message, string? NextStep)
{
    public static ErrorBody From(CommandFailedException failure) => new(failure.Code, failure.Message, failure.NextStep);
}
