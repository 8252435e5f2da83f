using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.MicrosoftUpdate.Decisions;

/// <summary>A deployment of a simulated WSUS. <paramref name="Action"/> is the number of the wire: 0 install, 1 uninstall, 2 pre-deployment check, 3 block.</summary>
public sealed record UpstreamApproval(Guid Id, RevisionKey Revision, Guid GroupId, int Action, DateTimeOffset? Deadline, DateTimeOffset GoLiveTime, string AdminName);
