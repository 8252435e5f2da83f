using Hierarchy.Domain.Catalog;

namespace Hierarchy.Agent.Install;

/// <summary>What is known of the last attempt to install a revision, or to remove it.</summary>
internal sealed record InstallAttempt
{
    /// <summary>The revision.</summary>
    public required RevisionId Id { get; init; }

    /// <summary>The user for whom; empty for the computer.</summary>
    public string User { get; init; } = "";

    /// <summary>It was to be removed.</summary>
    public bool IsRemoval { get; init; }

    /// <summary>When it began, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended, UTC; null while it runs, and for ever when the agent died in it.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Whether the return code table called it a success.</summary>
    public bool HasSucceeded { get; init; }

    /// <summary>Whether the scan after it found the update installed, or gone. A success that no scan confirms is none, unless a restart is still to come.</summary>
    public bool IsConfirmed { get; init; }

    /// <summary>The exit code, or an HRESULT when the program did not run to its end.</summary>
    public int Code { get; init; }

    /// <summary>Whether a restart is asked for.</summary>
    public bool NeedsRestart { get; init; }

    /// <summary>Why it failed; empty otherwise.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The start of the system that it happened in: a restart that is asked for has happened once this differs.</summary>
    public string Boot { get; init; } = "";

    /// <summary>The installer's process; 0 before it runs.</summary>
    public int ProcessId { get; init; }
}
