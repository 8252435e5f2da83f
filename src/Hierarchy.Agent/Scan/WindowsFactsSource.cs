using System.Runtime.Versioning;
using Hierarchy.Agent.Office;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Office;

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

    /// <inheritdoc/>
    public OfficeSurvey Survey()
    {
        var facts = new WindowsFacts(new HashSet<Guid>());
        return new OfficeSurvey(OfficeRegistry.Read(facts, CachedPackage.IsAdministrativeImage), OfficeRegistry.ReadUsers(facts));
    }

    /// <inheritdoc/>
    public IReadOnlyList<OfficeUser> ReadUsers() => OfficeRegistry.ReadUsers(new WindowsFacts(new HashSet<Guid>()));
}
