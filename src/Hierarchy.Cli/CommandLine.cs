using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Hierarchy.Cli.Approvals;
using Hierarchy.Cli.Audit;
using Hierarchy.Cli.Backups;
using Hierarchy.Cli.Computers;
using Hierarchy.Cli.Content;
using Hierarchy.Cli.Couriers;
using Hierarchy.Cli.Doctor;
using Hierarchy.Cli.Groups;
using Hierarchy.Cli.Groups.Rules;
using Hierarchy.Cli.Migrate;
using Hierarchy.Cli.Policies;
using Hierarchy.Cli.Policies.Check;
using Hierarchy.Cli.Rules;
using Hierarchy.Cli.Servers;
using Hierarchy.Cli.Sites;
using Hierarchy.Cli.Sync;
using Hierarchy.Cli.Updates;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli;

/// <summary>The whole command surface: options that every verb takes, the verbs, and what happens to a command line that is wrong.</summary>
internal static class CommandLine
{
    public const string ServerVariable = "HIERARCHY_SERVER";
    public const string DefaultServer = "http://127.0.0.1:8532";

    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliEnvironment environment, CancellationToken cancellationToken)
    {
        var options = new GlobalOptions(environment);
        var result = Compose(options, environment).Parse(args);
        if (result.Action is ParseErrorAction) return Refuse(result, options, environment);

        var configuration = new InvocationConfiguration { Output = environment.Out, Error = environment.Error, EnableDefaultExceptionHandler = false };
        return await result.InvokeAsync(configuration, cancellationToken);
    }

    internal static RootCommand Compose(GlobalOptions options, CliEnvironment environment)
    {
        Command[] verbs =
        [
            new Command("sync", "Synchronize the catalog with Microsoft Update or an upstream server: what, when, how it went.")
            {
                new SyncRunVerb(), new SyncStatusVerb(), new SyncHistoryVerb(), new SyncCancelVerb(), new SyncRetryVerb(), new SyncScheduleVerb(),
                Selection(SelectionKind.Products, "Products, families and companies whose updates are taken."),
                Selection(SelectionKind.Classifications, "Classifications whose updates are taken."),
                Selection(SelectionKind.Languages, "Languages whose files are fetched; English is always among them."),
            },
            new Command("updates", "Look at the updates of the catalog; take some by their ids.") { new UpdatesListVerb(environment.Time), new UpdatesShowVerb(), new UpdatesSupersededVerb(), new UpdatesImportVerb() },
            new ApproveVerb(environment.Time),
            new DeclineVerb(),
            new Command("decisions", "How decisions go on by themselves: new revisions, and updates that expire.") { new DecisionsShowVerb(), new DecisionsSetVerb() },
            new Command("rules", "Rules that decide by themselves: new updates are approved, superseded ones declined.")
            {
                new RulesListVerb(), new RulesShowVerb(), new RulesAddVerb(), new RulesSetVerb(), new RulesRemoveVerb(), new RulesRunVerb(),
                new Command("declines", "Rules that decline superseded updates. None comes with the server.")
                {
                    new DeclineRulesListVerb(), DeclineRulesChangeVerb.ForNew(), DeclineRulesChangeVerb.ForPresent(), new DeclineRulesRemoveVerb(), new DeclineRulesRunVerb(),
                },
            },
            new Command("groups", "Target groups: which computers an approval is for.")
            {
                new GroupsListVerb(), new GroupsAddVerb(), new GroupsRenameVerb(), new GroupsMoveVerb(), new GroupsRemoveVerb(), new GroupsUnknownVerb(),
                new Command("targeting", "Who says which groups a computer is in.") { new GroupsTargetingShowVerb(), new GroupsTargetingSetVerb() },
                new Command("rules", "Rules that put computers into groups by name, address, site, version or model.")
                {
                    new GroupRulesListVerb(), new GroupRulesAddVerb(), new GroupRulesRemoveVerb(), new GroupRulesTestVerb(),
                },
            },
            new Command("policy", "How computers behave: decided for groups, written for Windows' own client, checked.")
            {
                new PolicyShowVerb(), new PolicySetVerb(), new PolicyClearVerb(), new PolicyExportVerb(), new PolicyCheckVerb(),
            },
            new Command("eulas", "Licences of updates: what is not accepted is not approved.") { new EulasListVerb(), new EulasAcceptVerb() },
            new Command("sites", "Sites, their subnets and the links between them: where a client's nearest server is.")
            {
                new SitesListVerb(), new SitesShowVerb(), new SitesAddVerb(), new SitesSetVerb(), new SitesRemoveVerb(), new SitesDefaultVerb(), new SitesWhichVerb(), new SitesImportVerb(),
                new Command("links", "Links between sites: what a path costs, and what transfers may take of it.")
                {
                    new SitesLinksListVerb(), SitesLinksSetVerb.ForNew(), SitesLinksSetVerb.ForPresent(), new SitesLinksRemoveVerb(),
                },
            },
            new Command("computers", "Computers that report to the tree.") { new ComputersListVerb(), new ComputersShowVerb(), new ComputersAssignVerb() },
            new Command("migrate", "Leave a WSUS: take over its computers and its content.") { new MigrateComputersVerb(), new MigrateContentVerb() },
            new Command("content", "Files: what is fetched, when, and how far it is; checking and removing them.")
            {
                new ContentStatusVerb(),
                new Command("policy", "What is fetched, when and by whom, and how long it stays.") { new ContentPolicyShowVerb(), new ContentPolicySetVerb() },
                new ContentPrefetchVerb(), ContentVerifyVerb.Verify, ContentVerifyVerb.Repair, new ContentPruneVerb(),
            },
            new Command("servers", "The servers of the tree.")
            {
                new ServersListVerb(), new ServersSetVerb(), new ServersVerifyVerb(), new ServersPromoteVerb(), new ServersLostVerb(),
            },
            new StatusVerb(),
            new LogVerb(environment.Time),
            new BackupVerb(),
            new RestoreVerb(),
            new ExportVerb(),
            new ImportVerb(),
            new Command("doctor", "Find out what is wrong.") { new DoctorUpstreamVerb() },
        ];
        var root = new RootCommand("Administers a Hierarchy server: synchronize, approve, watch.") { options.Server, options.Output };
        foreach (var verb in verbs) root.Add(verb);
        foreach (var verb in verbs.SelectMany(AndBelow).OfType<Verb>()) verb.Bind(options, environment);

        // `--help` is the manual: it ends with examples.
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new TeachingHelp((HelpAction)help.Action!); // The library gives every help option its action.
        return root;
    }

    private static Command Selection(SelectionKind kind, string description) => new(kind.Name, description)
    {
        new SelectionListVerb(kind), new SelectionChangeVerb(kind, SelectionChange.Add), new SelectionChangeVerb(kind, SelectionChange.Remove),
        new SelectionChangeVerb(kind, SelectionChange.Set),
    };

    private static IEnumerable<Command> AndBelow(Command command) => [command, .. command.Subcommands.SelectMany(AndBelow)];

    private static int Refuse(ParseResult result, GlobalOptions options, CliEnvironment environment)
    {
        var message = string.Join(" ", result.Errors.Select(error => error.Message));
        var failure = new CommandFailedException("usage", message, $"{TeachingHelp.FullName(result.CommandResult.Command)} --help", ExitCode.Usage);
        return new Output(options.IsJson(result), environment).Fail(failure);
    }
}
