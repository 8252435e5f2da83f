using Hierarchy.Agent.Office;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Office;

namespace Hierarchy.Agent.Scan;

/// <summary>Where the facts about this computer come from.</summary>
internal interface IFactsSource
{
    /// <summary>The folder that stands for the disks of the computer; null where the real ones do.</summary>
    string? Root { get; }

    /// <summary>The facts file; null where there is none.</summary>
    string? Path { get; }

    /// <summary>The facts as they are now, with what this agent installed before.</summary>
    IFacts Read(IReadOnlySet<Guid> installedOnce);

    /// <summary>Office and the users of the computer as they are now.</summary>
    OfficeSurvey Survey();

    /// <summary>The users alone, which is asked often.</summary>
    IReadOnlyList<OfficeUser> ReadUsers();
}
