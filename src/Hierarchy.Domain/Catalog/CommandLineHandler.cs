namespace Hierarchy.Domain.Catalog;

/// <summary>Handler data of CommandLineInstallation: run a program of the update's files and translate its exit code.</summary>
public sealed record CommandLineHandler : HandlerData
{
    /// <summary>The program: one of the update's file names.</summary>
    public required string Program { get; init; }

    /// <summary>Its arguments, as one string.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>True when the restart is done by the program itself or needed in any case (RebootByDefault).</summary>
    public bool RebootByDefault { get; init; }

    /// <summary>The result of an exit code that the table does not name (DefaultResult).</summary>
    public InstallResult DefaultResult { get; init; } = InstallResult.Failed;

    /// <summary>The return code table.</summary>
    public IReadOnlyList<ReturnCode> ReturnCodes { get; init; } = [];
}
