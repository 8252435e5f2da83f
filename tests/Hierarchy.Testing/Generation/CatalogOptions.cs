using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>What a simulated catalog is made of.</summary>
public sealed record CatalogOptions
{
    /// <summary>A folder of documents; null for none.</summary>
    public string? Documents { get; init; }

    /// <summary>How many demo updates.</summary>
    public int Demo { get; init; }

    /// <summary>Whether there are demo updates of Office.</summary>
    public bool Office { get; init; }

    /// <summary>The length of each demo update's payload; zero for the usual one.</summary>
    public int DemoLength { get; init; }

    /// <summary>How many generated documents.</summary>
    public int Generate { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>How many of the unknown prerequisites named in the folder are left missing.</summary>
    public int LeaveMissing { get; init; } = 1;

    public int CompressAbove { get; init; } = UpdateLibrary.DefaultCompressAbove;

    /// <summary>Is told each file of the folder that holds no document, and why.</summary>
    public Action<string, string>? Skipped { get; init; }

    /// <summary>Is told how many generated documents are ready; called from several threads.</summary>
    public Action<int>? Progress { get; init; }
}
