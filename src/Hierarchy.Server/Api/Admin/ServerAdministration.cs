using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Api.Admin;

/// <summary>The servers of the tree, as this one knows them.</summary>
internal sealed class ServerAdministration(ILogReader log, ServerDirectory directory, StatusSampler sampler, ServerIdentity self)
{
    public ListServersResponse List()
    {
        directory.Update([sampler.Sample()]);
        var head = log.Head;
        var all = directory.All();
        var names = all.ToDictionary(server => server.Status.Server.ServerId, server => server.Status.Server.Name);
        var response = new ListServersResponse();
        foreach (var (status, age) in all.OrderBy(server => server.Status.Server.ParentId.Length > 0).ThenBy(server => server.Status.Server.Name, StringComparer.OrdinalIgnoreCase))
        {
            var isSelf = Positions.Id(status.Server.ServerId, "server") == self.Id;
            var position = status.Position.ToDomain();
            response.Servers.Add(new Protocol.Admin.V1.Server
            {
                Status = status,
                Parent = names.GetValueOrDefault(status.Server.ParentId, ""),
                Lag = head.Position.Sequence - position.Sequence,
                Age = isSelf ? null : Duration.FromTimeSpan(age),
                Equal = position == head.Position && status.Count == head.Count && status.Digest == StatusSampler.ShortDigest(head),
                Digest = isSelf ? ByteString.CopyFrom(head.Digest.Span) : ByteString.Empty,
            });
        }

        return response;
    }
}
