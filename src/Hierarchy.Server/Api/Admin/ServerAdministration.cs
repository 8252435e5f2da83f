using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Rollup.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Wire;
using Hierarchy.Server.Auditing;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Api.Admin;

/// <summary>The servers of the tree, as this one knows them.</summary>
internal sealed class ServerAdministration(DecisionDesk desk, ILogReader log, ServerDirectory directory, StatusSampler sampler, ServerIdentity self)
{
    private const int ShortestPrefix = 4;

    public ListServersResponse List()
    {
        directory.Update([sampler.Sample()]);
        var head = log.Head;
        var all = directory.All().ToList();
        // A branch that nobody has heard of since this server started is what an operator looks for here.
        var heard = all.Select(server => Positions.Id(server.Status.Server.ServerId, "server")).ToHashSet();
        var unheard = desk.View.Servers.Values.Where(server => !heard.Contains(server.Id)).Select(server => server.Id).ToHashSet();
        all.AddRange(unheard.Select(id => (new ServerStatus { Server = CatalogRecords.Message(desk.View.Servers[id]) }, TimeSpan.Zero, true)));
        var names = all.ToDictionary(server => server.Status.Server.ServerId, server => server.Status.Server.Name);
        var response = new ListServersResponse();
        foreach (var (status, age, isSilent) in all.OrderBy(server => server.Status.Server.ParentId.Length > 0).ThenBy(server => server.Status.Server.Name, StringComparer.OrdinalIgnoreCase))
        {
            var id = Positions.Id(status.Server.ServerId, "server");
            var isSelf = id == self.Id;
            var position = status.Position?.ToDomain() ?? Position.Empty;
            response.Servers.Add(new Protocol.Admin.V1.Server
            {
                Status = status,
                Parent = names.GetValueOrDefault(status.Server.ParentId, ""),
                Lag = head.Position.Sequence - position.Sequence,
                Age = isSelf || unheard.Contains(id) ? null : Duration.FromTimeSpan(age),
                Silent = isSilent && !isSelf,
                Equal = position == head.Position && status.Count == head.Count && status.Digest == StatusSampler.ShortDigest(head),
                Digest = isSelf ? ByteString.CopyFrom(head.Digest.Span) : ByteString.Empty,
                DecidedContentSource = SyncRecords.Message(Guid.Empty, Decided(desk.View, id)).ContentSource,
            });
        }

        return response;
    }

    public async Task<SetServerResponse> SetAsync(SetServerRequest request, CancellationToken cancellationToken)
    {
        if (!System.Enum.IsDefined(request.ContentSource)) throw Refusal.Invalid("Files come from the parent or from Microsoft Update.");
        desk.RequireRoot();
        EnrolledServer? found = null;
        var outcome = await desk.DecideAsync<ServerSettings>(
            new DecisionIntent("servers set", request.RequestedBy) { IsWhatIf = request.WhatIf },
            view =>
            {
                var server = found = Find(view, request.Server.Trim());
                if (server.ParentId is null && request.ContentSource == ContentSource.Parent)
                    throw Refusal.Precondition($"{server.Name} is the root and has no parent: its files come from Microsoft Update.");
                var before = Decided(view, server.Id);
                var after = request.ContentSource == ContentSource.Unspecified ? before : before with { TakesContentFromMicrosoft = request.ContentSource == ContentSource.MicrosoftUpdate };
                return (after, before == after ? [] : [SyncRecords.Settings(server.Id, after)]);
            },
            cancellationToken);
        return new SetServerResponse
        {
            Name = found!.Name, // The decision found it.
            Settings = SyncRecords.Message(found.Id, outcome.Result),
            Position = outcome.Position?.ToProto(),
            Changed = outcome.HasChanged,
            Effects = outcome.Effects,
        };
    }

    private static ServerSettings Decided(ServedView view, Guid serverId) => view.ServerSettings.GetValueOrDefault(serverId) ?? new ServerSettings(TakesContentFromMicrosoft: null);

    /// <summary>The server of that name or id, or of which the id begins so.</summary>
    public static EnrolledServer Find(ServedView view, string text)
    {
        if (text.Length == 0) throw Refusal.Invalid("Name the server.");
        var found = view.Servers.Values.Where(server => string.Equals(server.Name, text, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (found.Length == 0 && text.Length >= ShortestPrefix)
            found = [.. view.Servers.Values.Where(server => server.Id.ToString("D").StartsWith(text, StringComparison.OrdinalIgnoreCase))];
        return found.Length switch
        {
            1 => found[0],
            0 => throw Refusal.NotFound($"No server of the tree is called '{text}'. `hierarchy servers list` lists them."),
            _ => throw Refusal.Invalid($"'{text}' means several servers: {string.Join(", ", found.OrderBy(server => server.Id).Select(server => $"{server.Name} ({server.Id:D})"))}. Give the id."),
        };
    }
}
