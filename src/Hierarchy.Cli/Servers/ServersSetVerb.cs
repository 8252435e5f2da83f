using Hierarchy.Cli.Effects;
using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Servers;

/// <summary>`servers set`: decides about one server.</summary>
internal sealed class ServersSetVerb : Verb
{
    private const string Parent = "parent";
    private const string MicrosoftUpdate = "microsoft-update";

    private readonly Argument<string> server = new("NAME") { Description = "The server's name, its id, or the beginning of one." };
    private readonly Option<string> contentSource = new("--content-source") { Description = "Where it takes files from. Metadata comes from its parent in any case.", HelpName = $"{Parent}|{MicrosoftUpdate}", Required = true };
    private readonly Option<bool> whatIf = WhatIf.Option();

    public ServersSetVerb()
        : base("set", "Decide where a server takes files from.", "hierarchy servers set branch-a --content-source microsoft-update")
    {
        contentSource.AcceptOnlyFromAmong(Parent, MicrosoftUpdate);
        Add(server);
        Add(contentSource);
        Add(whatIf);
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var source = arguments.GetRequiredValue(contentSource) == Parent ? ContentSource.Parent : ContentSource.MicrosoftUpdate;
        var request = new SetServerRequest { Server = arguments.GetRequiredValue(server), ContentSource = source, RequestedBy = session.User, WhatIf = arguments.GetValue(whatIf) };
        var response = await session.AskAsync(session.Admin.SetServerAsync, request);
        if (request.WhatIf) return WhatIf.Write(session, "servers set", response.Changed, response.Effects);
        var document = new ServerSetDocument(
            Wire.Guid(response.Settings.ServerId), response.Name, Wire.Name(response.Settings.ContentSource), response.Changed, PositionDocument.From(response.Position));
        return session.Output.Write(document, console => console.WriteLine(
            $"{document.Name} takes files from {(source == ContentSource.Parent ? "its parent" : "Microsoft Update")}{(document.Changed ? $" (cursor {document.Position})" : ", as before")}."));
    }
}
