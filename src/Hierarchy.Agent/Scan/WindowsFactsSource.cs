using System.Runtime.Versioning;
using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Agent.Scan;

/// <summary>The Windows that the agent runs on.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsFactsSource : IFactsSource
{
    /// <inheritdoc/>
    public string? Root => null;

    /// <inheritdoc/>
    public string? Path => null;

    /// <inheritdoc/>
    public IFacts Read(IReadOnlySet<Guid> installedOnce) => new WindowsFacts(installedOnce);
}
