using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Protocol.Rollup.V1;

namespace Hierarchy.Tests.Cli;

/// <summary>
/// A stand-in for a server's administration, for the tests of the command line alone: its answers are fixed, so that what the command line makes of them can be
/// compared to the letter. What real servers answer is tested with real servers.
/// </summary>
internal sealed class CannedAdmin : AdminService.AdminServiceBase
{
    private static GetSyncSelectionResponse Selection() => new()
    {
        Selection = new SyncSelectionRecord { Products = { Id(11) }, AllClassifications = true, Languages = { "de", "en" } },
        IsDefault = true,
        HasCategories = true,
        Products =
        {
            new OfferedCategory { CategoryId = Id(10), Title = "Microsoft", Type = "Company", Offered = true },
            new OfferedCategory { CategoryId = Id(11), Title = "Windows", Type = "ProductFamily", ParentId = Id(10), Chosen = true, Taken = true, Offered = true },
            new OfferedCategory { CategoryId = Id(12), Title = "Windows 11", Type = "Product", ParentId = Id(11), Taken = true, Offered = true, Updates = 1234 },
        },
        Classifications = { new OfferedCategory { CategoryId = Id(13), Title = "Security Updates", Type = "UpdateClassification", Taken = true, Offered = true, Updates = 1200 } },
        Languages =
        {
            new OfferedLanguage { Language = "de", Title = "German", Taken = true, Offered = true },
            new OfferedLanguage { Language = "en", Title = "English", Taken = true, Offered = true },
            new OfferedLanguage { Language = "xx", Title = "xx", Taken = false, Offered = false },
        },
    };

    private static readonly Timestamp Noon = Timestamp.FromDateTime(new DateTime(2026, 10, 4, 12, 0, 0, 500, DateTimeKind.Utc));

    /// <summary>The last request.</summary>
    public IMessage? Request { get; private set; }

    /// <summary>Requests so far.</summary>
    public int Requests { get; private set; }

    /// <summary>Thrown instead of the next answers.</summary>
    public RpcException? Refusal { get; set; }

    /// <summary>What a synchronization says; null messages wait until the caller goes away.</summary>
    public List<SyncProgress?> Sync { get; } =
    [
        new SyncProgress { Phase = "categories", Done = 10, Total = 40, Bytes = 2048 },
        new SyncProgress { Phase = "updates", Done = 100, Total = 1200, Bytes = 4096, Rate = 250, Remaining = Duration.FromTimeSpan(TimeSpan.FromSeconds(4.4)) },
        new SyncProgress { Phase = "updates", Done = 1200, Total = 1200, Bytes = 65536 },
        new SyncProgress { Phase = "storing", Done = 1200, Total = 1200, Bytes = 65536, Finished = Run(error: "") },
    ];

    /// <summary>Completes when a synchronization begins to wait.</summary>
    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a waiting synchronization's caller went away.</summary>
    public TaskCompletionSource Abandoned { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static SyncRun Run(string error) => new()
    {
        StartedAt = Noon,
        EndedAt = Noon + Duration.FromTimeSpan(TimeSpan.FromSeconds(90)),
        NewUpdates = 1200,
        RevisedUpdates = 3,
        ExpiredUpdates = 2,
        Quarantined = 1,
        Bytes = 65536,
        Error = error,
        Position = At(7),
        Reason = SyncReason.Manual,
        RequestedBy = "admin@console",
        Outcome = error.Length == 0 ? SyncOutcome.Succeeded : SyncOutcome.Failed,
        Imported = { Id(6) },
    };

    /// <summary>What an examination of the upstream says.</summary>
    public List<DiagnoseUpstreamResponse> Diagnosis { get; } =
    [
        Diagnosed("name-resolution", DiagnosisOutcome.Ok, "sws.update.microsoft.com is 192.0.2.1.", ""),
        Diagnosed("proxy", DiagnosisOutcome.Skipped, "No proxy is set, neither here nor in the environment.", ""),
        Diagnosed("clock", DiagnosisOutcome.Ok, "This computer's clock and the upstream's differ by 0 seconds.", ""),
    ];

    public static DiagnoseUpstreamResponse Diagnosed(string step, DiagnosisOutcome outcome, string finding, string next) => new()
    {
        Step = step,
        Outcome = outcome,
        Elapsed = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(outcome == DiagnosisOutcome.Skipped ? 0 : 12)),
        Finding = finding,
        NextStep = next,
        UpstreamUrl = "https://sws.update.microsoft.com/",
    };

    public override async Task DiagnoseUpstream(DiagnoseUpstreamRequest request, IServerStreamWriter<DiagnoseUpstreamResponse> responseStream, ServerCallContext context)
    {
        Note(request);
        foreach (var step in Diagnosis) await responseStream.WriteAsync(step, context.CancellationToken);
    }

    public override async Task RunSync(RunSyncRequest request, IServerStreamWriter<SyncProgress> responseStream, ServerCallContext context)
    {
        Note(request);
        foreach (var progress in Sync)
        {
            if (progress is not null)
            {
                await responseStream.WriteAsync(progress, context.CancellationToken);
                continue;
            }

            var gone = new TaskCompletionSource();
            await using var registration = context.CancellationToken.Register(() => gone.TrySetResult());
            Waiting.TrySetResult();
            await gone.Task;
            Abandoned.TrySetResult();
            return;
        }
    }

    public override Task<GetSyncStatusResponse> GetSyncStatus(GetSyncStatusRequest request, ServerCallContext context) => Answer(request, new GetSyncStatusResponse
    {
        UpstreamUrl = "https://sws.update.microsoft.com",
        Running = new SyncProgress { Phase = "bundles", Done = 5, Total = 9, Bytes = 100 },
        Runs = { Run(error: "The upstream gave no answer."), Run(error: "") },
        Quarantined = { new QuarantinedDocument { Identity = new Identity { UpdateId = Id(9), RevisionNumber = 100 }, Reason = "No title.", Time = Noon } },
        MissingPrerequisites = { new MissingPrerequisite { UpdateId = Id(8), NamedBy = 4 } },
    });

    public override Task<ListSyncRunsResponse> ListSyncRuns(ListSyncRunsRequest request, ServerCallContext context)
        => Answer(request, new ListSyncRunsResponse { Runs = { Run(error: "") } });

    public override Task<CancelSyncResponse> CancelSync(CancelSyncRequest request, ServerCallContext context)
    {
        var run = Run("Stopped by admin@console; the next one goes on behind what was stored.");
        run.Outcome = SyncOutcome.Cancelled;
        return Answer(request, new CancelSyncResponse { Run = run });
    }

    public override Task RetryQuarantined(RetryQuarantinedRequest request, IServerStreamWriter<SyncProgress> responseStream, ServerCallContext context)
    {
        Note(request);
        return responseStream.WriteAsync(new SyncProgress { Phase = "storing", Finished = Run(error: "") }, context.CancellationToken);
    }

    public override Task ImportUpdates(ImportUpdatesRequest request, IServerStreamWriter<SyncProgress> responseStream, ServerCallContext context)
    {
        Note(request);
        return responseStream.WriteAsync(new SyncProgress { Phase = "storing", Finished = Run(error: "") }, context.CancellationToken);
    }

    public override Task<GetSyncSelectionResponse> GetSyncSelection(GetSyncSelectionRequest request, ServerCallContext context) => Answer(request, Selection());

    public override Task<ChangeSyncSelectionResponse> ChangeSyncSelection(ChangeSyncSelectionRequest request, ServerCallContext context)
        => Answer(request, new ChangeSyncSelectionResponse { Selection = Selection(), Named = { request.Names.Select(name => name.ToUpperInvariant()) }, Position = At(16), Changed = true });

    public override Task<GetSyncScheduleResponse> GetSyncSchedule(GetSyncScheduleRequest request, ServerCallContext context)
        => Answer(request, new GetSyncScheduleResponse { Schedule = new SyncSchedule { TimesADay = 4, FirstMinute = 180 }, Next = Noon, TimeZone = "Europe/Berlin" });

    public override Task<SetSyncScheduleResponse> SetSyncSchedule(SetSyncScheduleRequest request, ServerCallContext context)
        => Answer(request, new SetSyncScheduleResponse { Schedule = request.Schedule, Next = request.Schedule.TimesADay == 0 ? null : Noon, TimeZone = "Europe/Berlin" });

    public override Task<SetServerResponse> SetServer(SetServerRequest request, ServerCallContext context) => Answer(request, new SetServerResponse
    {
        Name = "replica-a", Settings = new ServerSettingsRecord { ServerId = Id(7), ContentSource = request.ContentSource }, Position = At(17), Changed = true,
    });

    public override Task<ListUpdatesResponse> ListUpdates(ListUpdatesRequest request, ServerCallContext context)
    {
        var second = request.PageToken == "2";
        return Answer(request, new ListUpdatesResponse
        {
            Updates = { second ? Category() : Software() },
            NextPageToken = second ? "" : "2",
            Total = 2,
        });
    }

    public override Task<GetUpdateResponse> GetUpdate(GetUpdateRequest request, ServerCallContext context) => Answer(request, new GetUpdateResponse
    {
        Update = Software(),
        Texts = { new Hierarchy.Protocol.Admin.V1.LocalizedText { Language = "en", Title = "Update [1] for \"Ω\"", Description = "It mends." } },
        DocumentSha256 = ByteString.CopyFrom(Enumerable.Repeat((byte)0xAB, 32).ToArray()),
        Document = "<upd:Update>Ω</upd:Update>",
    });

    public override Task<ApproveResponse> Approve(ApproveRequest request, ServerCallContext context)
    {
        var inherits = request.Reach == ApprovalReach.SameAsParent;
        var record = new ApprovalRecord
        {
            UpdateId = Id(1), RevisionNumber = 200, GroupId = Id(2), Action = inherits ? ApprovalAction.Uninstall : request.Action, Deadline = request.Deadline,
            DeadlineIsFloating = request.DeadlineIsFloating, ApprovedAt = inherits ? null : Noon, ApprovedBy = inherits ? "" : request.RequestedBy,
        };
        var response = new ApproveResponse { Position = At(8), CommittedAt = Noon, Changed = true, ApprovalsRemoved = request.Reach == ApprovalReach.Unspecified ? 0 : 1 };
        if (inherits) response.Inherited = new Approval { Group = "All Computers", Record = record };
        else response.Approval = record;
        if (request.AcceptEula) response.AcceptedEulas.Add(Id(30));
        return Answer(request, response);
    }

    public override Task<DeclineResponse> Decline(DeclineRequest request, ServerCallContext context)
        => Answer(request, new DeclineResponse { Position = At(9), ApprovalsRemoved = request.Undo ? 0 : 2, Changed = true });

    public override Task<ListGroupsResponse> ListGroups(ListGroupsRequest request, ServerCallContext context) => Answer(request, new ListGroupsResponse
    {
        Groups = { new Group { Record = new TargetGroupRecord { GroupId = Id(3), Name = "All Computers" }, BuiltIn = true, Computers = 3 }, Pilot() },
    });

    public override Task<AddGroupResponse> AddGroup(AddGroupRequest request, ServerCallContext context)
        => Answer(request, new AddGroupResponse { Group = Pilot(), Position = At(10) });

    public override Task<RemoveGroupResponse> RemoveGroup(RemoveGroupRequest request, ServerCallContext context)
        => Answer(request, new RemoveGroupResponse { Position = At(11), ApprovalsRemoved = 1 });

    public override Task<ListSitesResponse> ListSites(ListSitesRequest request, ServerCallContext context)
        => Answer(request, new ListSitesResponse { Sites = { new SiteRecord { Name = "branch-a", Subnets = { "127.0.1.0/24", "2001:db8::/48" } } } });

    public override Task<AddSiteResponse> AddSite(AddSiteRequest request, ServerCallContext context)
        => Answer(request, new AddSiteResponse { Site = new SiteRecord { Name = request.Name, Subnets = { request.Subnets } }, Position = At(12) });

    public override Task<RemoveSiteResponse> RemoveSite(RemoveSiteRequest request, ServerCallContext context)
        => Answer(request, new RemoveSiteResponse { Position = At(13) });

    public override Task<ListComputersResponse> ListComputers(ListComputersRequest request, ServerCallContext context)
        => Answer(request, new ListComputersResponse { Computers = { Pc() } });

    public override Task<GetComputerResponse> GetComputer(GetComputerRequest request, ServerCallContext context) => Answer(request, new GetComputerResponse
    {
        Computer = Pc(),
        Statuses =
        {
            new ComputerStatus
            {
                Title = "Update [1]",
                Report = new StatusReport
                {
                    ComputerId = "c0ffee", Incarnation = 1, Counter = 5, UpdateId = Id(1), RevisionNumber = 200, State = UpdateState.Failed,
                    ResultCode = unchecked((int)0x80070643), Time = Noon,
                },
            },
            new ComputerStatus
            {
                Title = "Office update",
                Report = new StatusReport { ComputerId = "c0ffee", Incarnation = 1, Counter = 5, UpdateId = Id(9), RevisionNumber = 1, State = UpdateState.NotInstalled, Time = Noon, User = "anna", Hold = HoldReason.UserNotLoggedOn },
                Held = { "This Office belongs to a user who is not logged on." },
            },
        },
        Office = { "Office 2003, administrative installation point (updated), of user anna" },
        OfficeNotes = { "Blocking Office Online: Office 2003: not enforceable." },
    });

    public override Task<ListServersResponse> ListServers(ListServersRequest request, ServerCallContext context) => Answer(request, new ListServersResponse
    {
        Servers =
        {
            new Hierarchy.Protocol.Admin.V1.Server { Status = Status("root", ServerRole.Root, site: ""), Equal = true, Digest = ByteString.CopyFrom(1, 2, 3) },
            new Hierarchy.Protocol.Admin.V1.Server { Status = Branch(), Parent = "root", Lag = 1, Age = Duration.FromTimeSpan(TimeSpan.FromSeconds(2.5)), Silent = true },
            new Hierarchy.Protocol.Admin.V1.Server { Status = Lab(), Parent = "root", Equal = true, Age = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) },
        },
    });

    public override Task<GetUpdateStatusResponse> GetUpdateStatus(GetUpdateStatusRequest request, ServerCallContext context) => Answer(request, new GetUpdateStatusResponse
    {
        Update = Software(),
        States = { [0] = 1, [4] = 2 },
        Groups = { new GroupStates { Group = "All Computers", Computers = 3, States = { [0] = 1, [4] = 2 } }, new GroupStates { Group = "Pilot", Computers = 1, States = { [4] = 1 } } },
        Matching = 2,
        Computers = { new UpdateOnComputer { ComputerId = "c0ffee", Computer = "pc-1", State = UpdateState.InstalledPendingReboot, ResultCode = 3010, Time = Noon }, new UpdateOnComputer { ComputerId = "c0ffee", Computer = "pc-1", User = "anna", State = UpdateState.NotInstalled, Time = Noon, Hold = HoldReason.UserNotLoggedOn, Held = { "Not logged on." } } },
        Held = { [(int)HoldReason.UserNotLoggedOn] = 1 },
    });

    private static Update Software() => new()
    {
        Head = new RevisionHead
        {
            RevisionId = 17,
            UpdateId = Id(1),
            RevisionNumber = 200,
            Type = Hierarchy.Protocol.Catalog.V1.UpdateType.Software,
            Title = "Update [1] for \"Ω\"",
            KnowledgeBaseArticles = { "5013943" },
            SecurityBulletins = { "MS26-001" },
            Severity = "Critical",
            Categories = { Id(4) },
            Prerequisites = { new Clause { AnyOf = { Id(5) }, IsCategory = true } },
            BundledUpdates = { new Bundle { AnyOf = { new Identity { UpdateId = Id(6), RevisionNumber = 101 } } } },
            SupersededUpdates = { Id(7) },
            Files =
            {
                new Hierarchy.Protocol.Catalog.V1.File
                {
                    Name = "install.sh", Size = 1536, Sha1 = ByteString.CopyFrom(0xAA, 0xBB), Sha256 = ByteString.CopyFrom(0xCC, 0xDD), MicrosoftUpdateUrl = "http://mu/a",
                },
            },
            CreationDate = Noon,
            ArrivalDate = Noon,
            ExplicitlyDeployable = true,
            Handler = "http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/CommandLineInstallation",
            Languages = { "en", "de" },
        },
        Approvals = { new Approval { Group = "Pilot", Record = new ApprovalRecord { GroupId = Id(2), RevisionNumber = 200, Action = ApprovalAction.OptionalInstall, ApprovedAt = Noon } } },
        Supersedence = new Supersedence
        {
            State = SupersedenceState.Both,
            SupersededBy = { new RelatedUpdate { UpdateId = Id(8), Title = "A [later] update", KnowledgeBaseArticles = { "5013999" }, ApprovedFor = { "Pilot", "Servers" } } },
            ReplacedBy = { new RelatedUpdate { UpdateId = Id(9), Title = "The last one" } },
            Supersedes = { new RelatedUpdate { UpdateId = Id(7), Title = "An earlier update", Declined = true } },
        },
    };

    private static Update Category() => new()
    {
        Head = new RevisionHead
        {
            RevisionId = 18, UpdateId = Id(4), RevisionNumber = 1, Type = Hierarchy.Protocol.Catalog.V1.UpdateType.Category, Title = "Security Updates",
            CategoryType = "UpdateClassification",
        },
        Declined = true,
    };

    public override Task<AssignComputersResponse> AssignComputers(AssignComputersRequest request, ServerCallContext context) =>
        Answer(request, new AssignComputersResponse { Changed = request.Computers.Count - 1, Unchanged = 1, Position = At(9) });

    public override async Task AdoptContent(AdoptContentRequest request, IServerStreamWriter<AdoptContentProgress> responseStream, ServerCallContext context)
    {
        Note(request);
        await responseStream.WriteAsync(new AdoptContentProgress { FilesDone = 1, FilesTotal = 5, BytesDone = 1024, BytesTotal = 8192 });
        await responseStream.WriteAsync(new AdoptContentProgress
        {
            FilesDone = 5, FilesTotal = 5, BytesDone = 8192, BytesTotal = 8192, Linked = 2, Copied = 1, AlreadyHere = 1, Unknown = 7, Wrong = 1, Finished = true,
            WrongFiles = { new WrongFile { Path = "AB/00AB.exe", Reason = "SHA-1 CD instead of AB" } },
        });
    }

    private static Group Pilot() => new() { Record = new TargetGroupRecord { GroupId = Id(2), Name = "Pilot", ParentId = Id(3) }, Parent = "All Computers", Computers = 2 };

    private static Computer Pc() => new()
    {
        Report = new ComputerReport
        {
            ComputerId = "c0ffee", Incarnation = 1, Counter = 5, Name = "pc-1", Address = "127.0.1.11", OperatingSystem = "Linux", Groups = { "Pilot" },
            ServerId = "a0b1c2d3-0000-0000-0000-000000000001", ReportedAt = Noon, Office = Office(),
        },
        Server = "branch",
        States = { [2] = 1, [3] = 1, [4] = 2, [5] = 1 },
    };

    private static OfficeReport Office() => new()
    {
        Known = true,
        Installations =
        {
            new OfficeInstallation
            {
                Line = OfficeProductLine._2003, SourceKind = OfficeSourceKind.AdministrativeInstallPoint, SourceState = OfficeSourceState.Updated, User = "anna",
                ProductCode = "{90110409-6000-11D3-8CFE-0150048383C9}", Name = "Microsoft Office Professional 2003",
            },
        },
    };

    private static ServerStatus Branch()
    {
        var status = Status("branch", ServerRole.Replica, site: "branch-a");
        (status.Server.ServerId, status.Server.ParentId) = (Id(21), Id(20));
        (status.Phase, status.Reason, status.ClientsConnected, status.ContentFilesWanted, status.ContentFilesMissing) = (FollowPhase.CatchingUp, "waiting for it", 12, 5, 2);
        return status;
    }

    private static ServerStatus Status(string name, ServerRole role, string site) => new()
    {
        Server = new ServerRecord { ServerId = Id(20), Name = name, Role = role, Site = site, GrpcUrl = "http://127.0.0.1:8532", ContentUrl = "http://127.0.0.1:8530" },
        Position = At(7),
        Count = 1207,
        Digest = 0x00FEDCBA98765432,
        SampledAt = Noon,
        ContentBytesServed = 3072,
        ContentBytesServedToServers = 2048,
        ContentBytesFromParent = 1536,
        Version = "1.0.0",
    };

    private static ServerStatus Lab()
    {
        var status = Status("lab", ServerRole.Autonomous, site: "lab");
        (status.Server.ServerId, status.Server.ParentId) = (Id(22), Id(20));
        (status.LostRecords, status.ReadOnly, status.Repairs, status.ScrubbedAt, status.ScrubState) = (3, "another root", 1, Noon, Hierarchy.Protocol.Feed.V1.VerificationState.Sound);
        (status.OverlayPosition, status.OverlayCount, status.OverlayDigest) = (new Position { LogId = Id(0xB0), Epoch = 1, EpochId = Id(0xE1), Sequence = 3 }, 2, 0x0123456789ABCDEF);
        return status;
    }

    private static Position At(long sequence) => new() { LogId = Id(0xA0), Epoch = 2, EpochId = Id(0xE0), Sequence = sequence };

    private static ByteString Id(byte last) => ByteString.CopyFrom(new Guid(0x01020304, 0x0506, 0x0708, 0, 0, 0, 0, 0, 0, 0, last).ToByteArray(bigEndian: true));

    private Task<T> Answer<T>(IMessage request, T response)
    {
        Note(request);
        return Task.FromResult(response);
    }

    private void Note(IMessage request)
    {
        Request = request;
        Requests++;
        if (Refusal is not null) throw Refusal;
    }
}
