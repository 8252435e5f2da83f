using Hierarchy.Agent.Download;
using Hierarchy.Agent.Install;
using Hierarchy.Agent.Locate;
using Hierarchy.Agent.Office;
using Hierarchy.Agent.Policies;
using Hierarchy.Agent.Report;
using Hierarchy.Agent.Scan;
using Hierarchy.Agent.State;
using Hierarchy.Agent.Synchronize;
using Hierarchy.Domain;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Office;
using Hierarchy.Domain.Policies;
using Hierarchy.Protocol.Client.V1;
using Microsoft.Extensions.Logging;
using HoldReason = Hierarchy.Domain.Reports.HoldReason;
using OfficeReport = Hierarchy.Domain.Office.OfficeReport;
using UpdateState = Hierarchy.Domain.Reports.UpdateState;

namespace Hierarchy.Agent;

/// <summary>
/// The agent without its schedule: scans, downloads, installs, reports. Installs only what is approved, applicable and not there, asks for the approval again between download
/// and installation, and believes an installer only when the update's own rule confirms it.
/// </summary>
internal sealed partial class AgentEngine : IDisposable
{
    /// <summary>An installation can make further updates applicable; those that need one another in a longer chain wait for the next detection.</summary>
    private const int MaximumPasses = 5;

    /// <summary>HRESULT of WU_E_DM_INCORRECTFILEHASH.</summary>
    private const int IncorrectFileHash = unchecked((int)0x80246002);

    private readonly AgentOptions _options;
    private readonly StateFolder _folder;
    private readonly DocumentCache _documents;
    private readonly InstallJournal _journal;
    private readonly StatusBook _statuses;
    private readonly ContentFolder _content;
    private readonly Downloader _downloader;
    private readonly CommandLineInstaller _installer;
    private readonly Scanner _scanner;
    private readonly IFactsSource _facts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HashSet<(RevisionId Id, string User, ulong Decision)> _attempted = [];
    private readonly OfficeTries _tries;
    private readonly OfficeOnlineBlock _online;
    private readonly PolicyBook _policies;
    private OfficePlan _office = new(new InstallPlan([], []), [], [], new Dictionary<(RevisionId, string), HoldReason>(), new HashSet<RevisionId>());
    private IReadOnlySet<string> _loggedOn = OfficeUsers.None.LoggedOn;
    private OfficeSurvey _survey = new(OfficeReport.NotKnown, []);
    private HashSet<Guid> _consents = [];
    private IReadOnlyList<PendingUpdates.Line> _waiting = [];

    internal AgentEngine(AgentOptions options, IServerClients clients, IFactsSource facts, HttpClient http, TimeProvider time, ILogger logger)
    {
        (_options, _facts, _time, _logger) = (options, facts, time, logger);
        _folder = StateFolder.Open(options.StateFolder, time, logger, options.Id);
        _policies = new PolicyBook(_folder, time, logger);
        try
        {
            Book = DecisionBook.Open(_folder);
            _documents = DocumentCache.Open(_folder, logger);
            _journal = InstallJournal.Open(_folder, logger);
            _statuses = StatusBook.Open(_folder, time);
            _content = ContentFolder.Open(_folder);
            _downloader = new Downloader(_content, http, time, logger);
            _installer = new CommandLineInstaller(_folder, _content, _journal, facts, options.InstallTimeout, time, logger);
            _scanner = new Scanner(Book, _documents);
            _tries = OfficeTries.Open(_folder);
            _online = new OfficeOnlineBlock(_folder, OperatingSystem.IsWindows() && options.FactsFile is null ? new WindowsUserRegistries() : new WrittenUserRegistries(() => _survey.Users), logger);
            Documents = new DocumentFetcher(_documents, logger);
            Locator = new ServerLocator(_folder, clients, options.Servers, time, logger);
            Description = ComputerDescription.Of(options, facts.Read(new HashSet<Guid>()));
            Reporter = new Reporter(_folder, _statuses, () => Description, time, logger);
            if (!_journal.Interrupted.Any(InstallerProcess.IsStillRunning)) _installer.RemoveOldRuns();
            _documents.Compact(Book.Decisions.ContainsKey);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What this computer is, as the last detection found it.</summary>
    internal ComputerDescription Description { get; private set; }

    internal AgentIdentity Identity => _folder.Identity;

    internal DecisionBook Book { get; }

    internal DocumentFetcher Documents { get; }

    internal ServerLocator Locator { get; }

    internal Reporter Reporter { get; }

    internal int StatusesPending => _statuses.PendingCount;

    /// <summary>What administrators decided about Office for this computer, as the server said last.</summary>
    internal OfficePolicy OfficePolicy => OfficePolicy.Of(Policy);

    /// <summary>True when something hangs on who is logged on.</summary>
    internal bool IsWatchingUsers => _office.Users.Count > 0 || _office.IsWaitingForUsers;

    /// <summary>True when others are logged on than when the agent acted last. Who logged on while it acted counts as new: what was planned then may not have been done.</summary>
    internal bool HaveUsersChanged() => !OfficeUsers.Of(_facts.ReadUsers()).LoggedOn.SetEquals(_loggedOn);

    /// <summary>The policy in force.</summary>
    internal ClientPolicy Policy => _policies.Policy;

    /// <summary>When something that waits may be done without anybody; null for never. Of the last time that the agent acted.</summary>
    internal DateTimeOffset? WakeAt => _waiting.Min(line => line.Until);

    /// <summary>Something waits for a user.</summary>
    internal bool IsUserAwaited => _waiting.Count > 0 && Policy.BlockUserAccess != true;

    /// <summary>A user said something since the agent acted last.</summary>
    internal bool HasUserSpoken => Consents.AreThere(_folder.Path) && !Consents.Read(_folder.Path).IsSubsetOf(_consents);

    /// <summary>Takes over the policy that the server sent. True when it is another one than before.</summary>
    internal bool TakePolicy(Protocol.Catalog.V1.ClientPolicy? policy) => _policies.Take(policy);

    /// <summary>The agent stays, and does not end with one cycle.</summary>
    internal void Stay() => _policies.Stay();

    /// <summary>What to ask a server for.</summary>
    internal SyncRequest SyncRequest(bool follow)
    {
        var request = new SyncRequest
        {
            ClientId = Identity.Id.ToString(),
            Position = Book.Position,
            OverlayPosition = Book.OverlayPosition,
            ScopeHash = Book.ScopeHash,
            Follow = follow,
        };
        Description.Fill(request, _time);
        return request;
    }

    /// <summary>Lets what failed or was installed be tried again: a new detection begins.</summary>
    internal void ForgetAttempts() => _attempted.Clear();

    /// <summary>Brings the computer to what was decided.</summary>
    /// <param name="contentUrls">Content addresses, best first.</param>
    /// <param name="refresh">Learns whether decisions changed: called between download and installation.</param>
    /// <param name="send">Hands over what there is to report; does not throw when no server takes it.</param>
    /// <param name="report">Gathers what is done.</param>
    /// <param name="events">Told what is done.</param>
    /// <param name="cancellationToken">Ends it between two steps, an installation after a grace period.</param>
    internal async Task ActAsync(
        IReadOnlyList<string> contentUrls, Func<CancellationToken, Task> refresh, Func<CancellationToken, Task> send, CycleReport report, AgentEvents events,
        CancellationToken cancellationToken)
    {
        var postponed = new HashSet<RevisionId>();
        _consents = Consents.Read(_folder.Path);
        if (Policy.AlternateDownloadServer is { Length: > 0 } alternate) contentUrls = [alternate, .. contentUrls];
        for (var pass = 1; pass <= MaximumPasses; pass++)
        {
            var (scan, plan) = Scan(report, isFirst: pass == 1);
            await send(cancellationToken);
            var gate = _policies.Gate();
            var updates = plan.Updates.Where(update => !postponed.Contains(update.Decision.Id) && HasWork(gate.Of(update), update) && IsToTry(update, report)).ToArray();
            if (updates.Length == 0) break;

            var ready = await DownloadAsync(updates, contentUrls, postponed, report, events, cancellationToken);
            if (ready.Count == 0) continue;
            SetStates(scan, plan);
            await send(cancellationToken);
            await refresh(cancellationToken);
            foreach (var update in ready.Where(update => _policies.Gate().Of(update).CanInstall))
            {
                await InstallAsync(update, report, events, cancellationToken);
                await send(cancellationToken);
            }
        }

        var (_, last) = Scan(report, isFirst: false);
        report.Held.AddRange(_office.Held.Select(held => new CycleReport.HeldLine(held.Id.UpdateId, held.Id.RevisionNumber, held.Title, held.User, held.Hold.ToString(), held.Words)));
        report.Skipped.AddRange(last.Skipped.Select(skipped => new CycleReport.FailureLine(skipped.Id.UpdateId, skipped.Id.RevisionNumber, skipped.Title, 0, skipped.Reason)));
        if (last.Updates.Count == 0) _content.Prune(new HashSet<string>());
        Conclude(last, postponed, report, events);
        report.IsRetryWanted = postponed.Count > 0;
    }

    /// <summary>Something of it may be done now, and is not done yet.</summary>
    private bool HasWork(in Permission permission, PlannedUpdate update) => permission.CanInstall || (permission.CanDownload && !_content.ContainsAll(update.Files));

    // Everything that could be done was tried: what waits is told and written down, and what users said is done or has nothing left to do.
    private void Conclude(InstallPlan last, HashSet<RevisionId> postponed, CycleReport report, AgentEvents events)
    {
        var open = last.Updates.Where(update => postponed.Contains(update.Decision.Id)).Select(update => update.Decision.Id.UpdateId).ToHashSet();
        _policies.Acted(isWhole: open.Count == 0, update => _consents.Contains(update) && !open.Contains(update));
        var untried = last.Updates.Where(update => !_attempted.Contains((update.Decision.Id, update.UserName, update.Decision.Hash)) && !postponed.Contains(update.Decision.Id));
        var pending = _policies.Waiting(untried, update => _content.ContainsAll(update.Files));
        PendingUpdates.Write(_folder, pending);
        if (!pending.Updates.SequenceEqual(_waiting)) events.Waiting(pending);
        report.Waiting = _waiting = pending.Updates;
    }

    public void Dispose()
    {
        _statuses?.Dispose();
        _journal?.Dispose();
        _documents?.Dispose();
        Book?.Dispose();
        _folder.Dispose();
    }

    private (ScanResult Scan, InstallPlan Plan) Scan(CycleReport report, bool isFirst)
    {
        var started = _time.GetTimestamp();
        var facts = _facts.Read(_journal.Installed);
        if (isFirst) Description = ComputerDescription.Of(_options, facts);
        var scan = _scanner.Scan(facts);
        _survey = _facts.Survey();
        if (isFirst) _loggedOn = _survey.Known.LoggedOn;
        Reporter.Office = _survey.Report;
        _office = new OfficeGuard(_tries).Apply(scan, InstallPlan.Of(scan), _survey, OfficePolicy, (id, user) => _scanner.ScanOne(id, new UserFacts(facts, user)));
        var plan = _office.Plan;
        if (isFirst) _online.Apply(OfficePolicy.IsOnlineBlocked, _survey.Report);
        if (isFirst) ConfirmEarlier(scan);
        SetStates(scan, plan);
        report.TimingsMs["scan"] = report.TimingsMs.GetValueOrDefault("scan") + _time.GetElapsedTime(started).TotalMilliseconds;
        if (!isFirst) return (scan, plan);

        report.Evaluated = scan.Results.Count;
        report.Undecided = scan.Results.Values.Count(result => result.IsUndecided);
        report.DecisionsHeld = Book.Decisions.Count;
        report.Needed.AddRange(scan.Needed.Select(decision => new CycleReport.UpdateLine(
            decision.Id.UpdateId, decision.Id.RevisionNumber, scan.Revisions[decision.Id].Texts[0].Title, decision.Action.ToString())));
        Log.Scanned(_logger, scan.Results.Count, _scanner.LastEvaluated, report.Needed.Count, plan.Updates.Count, report.Undecided);
        return (scan, plan);
    }

    private void SetStates(ScanResult scan, InstallPlan plan) => _statuses.Set(States.Of(scan, _office with { Plan = plan }, _journal, _content, BootMarker.Read(_time)));

    private bool IsToTry(PlannedUpdate update, CycleReport report)
    {
        if (_attempted.Contains((update.Decision.Id, update.UserName, update.Decision.Hash))) return false;

        // One that waits for a restart is done, as far as an agent can.
        var (state, _) = States.One(update.IsRemoval ? UpdateState.Installed : UpdateState.NotInstalled, _journal.Last(update.Decision.Id, update.UserName), BootMarker.Read(_time), update.IsRemoval);
        if (state == UpdateState.InstalledPendingReboot) return false;
        if (update.Leaves.Select(leaf => _journal.Last(leaf.Id, update.UserName)).FirstOrDefault(attempt => attempt is not null && InstallerProcess.IsStillRunning(attempt)) is not { } running)
            return true;
        Skip(update, $"its installer (process {running.ProcessId}) still runs since the agent was cut off", report);
        return false;
    }

    /// <summary>What the scan finds installed was a success, also where the agent was cut off before it could say so, or the system had to be restarted first.</summary>
    private void ConfirmEarlier(ScanResult scan)
    {
        foreach (var attempt in _journal.Unconfirmed.Where(attempt => IsDone(attempt.IsRemoval, StateOf(attempt))).ToArray())
            _journal.Write(attempt with { FinishedAt = attempt.FinishedAt ?? _time.GetUtcNow(), HasSucceeded = true, IsConfirmed = true, Reason = "" });

        UpdateState StateOf(InstallAttempt attempt)
            => attempt.User.Length == 0 ? scan.StateOf(attempt.Id) : _office.Users.FirstOrDefault(state => state.Id == attempt.Id && state.User == attempt.User).State;
    }

    private static bool IsDone(bool isRemoval, UpdateState? state) => isRemoval ? state is UpdateState.NotInstalled or UpdateState.NotApplicable : state == UpdateState.Installed;

    private async Task<List<PlannedUpdate>> DownloadAsync(
        IReadOnlyList<PlannedUpdate> updates, IReadOnlyList<string> contentUrls, HashSet<RevisionId> postponed, CycleReport report, AgentEvents events,
        CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var ready = new List<PlannedUpdate>();
        foreach (var update in updates)
        {
            try
            {
                foreach (var file in update.Files)
                {
                    if (await _downloader.FetchAsync(file, contentUrls, cancellationToken) is not { } fetched) continue;
                    report.Downloaded.Add(new CycleReport.FileLine(fetched.Name, fetched.Sha1, fetched.Size, fetched.Bytes, fetched.From));
                    report.DownloadedBytes += fetched.Bytes;
                    events.Downloaded(update.Decision.Id, fetched.Bytes, fetched.From);
                }

                ready.Add(update);
            }
            catch (UnavailableException exception)
            {
                // It stays needed, and is tried again before the next detection.
                postponed.Add(update.Decision.Id);
                Fail(update, code: 0, exception.Message, report, events);
            }
            catch (IntegrityException exception)
            {
                var now = _time.GetUtcNow();
                _attempted.Add((update.Decision.Id, update.UserName, update.Decision.Hash));
                _journal.Write(new InstallAttempt { Id = update.Decision.Id, User = update.UserName, StartedAt = now, FinishedAt = now, Code = IncorrectFileHash, Reason = exception.Message });
                Fail(update, IncorrectFileHash, exception.Message, report, events);
            }
        }

        report.TimingsMs["download"] = report.TimingsMs.GetValueOrDefault("download") + _time.GetElapsedTime(started).TotalMilliseconds;
        return ready;
    }

    private async Task InstallAsync(PlannedUpdate update, CycleReport report, AgentEvents events, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var id = update.Decision.Id;
        if (!Book.Decisions.TryGetValue(update.Decision.Number, out var decision) || decision.Action != update.Decision.Action)
        {
            Skip(update, $"its approval was withdrawn before the {(update.IsRemoval ? "removal" : "installation")}", report);
            return;
        }

        if (Again(id)?.State != (update.IsRemoval ? UpdateState.Installed : UpdateState.NotInstalled)) return;
        _attempted.Add((id, update.UserName, update.Decision.Hash));
        InstallAttempt? last = null;
        var hasSucceeded = true;
        foreach (var leaf in update.Leaves)
        {
            last = await _installer.RunAsync(leaf, update.User, update.IsRemoval, cancellationToken);
            hasSucceeded &= last.HasSucceeded;
            last = Confirm(last, Again(leaf.Id));
            if (last is { HasSucceeded: false, IsConfirmed: false }) break;
        }

        // A bundle has the outcome of the child that decided, and a verdict of its own.
        if (last is null) return;
        if (last.Id != id) last = Confirm(last with { Id = id, IsConfirmed = false }, Again(id));
        if (hasSucceeded && update.OfficeFingerprint is { } fingerprint) _tries.Note(id.UpdateId, update.UserName, fingerprint, last.IsConfirmed);
        report.TimingsMs["install"] = report.TimingsMs.GetValueOrDefault("install") + _time.GetElapsedTime(started).TotalMilliseconds;
        var (state, code) = States.One(last.IsConfirmed != update.IsRemoval ? UpdateState.Installed : UpdateState.NotInstalled, last, BootMarker.Read(_time), update.IsRemoval);
        _statuses.Set([new ReportedState(id.UpdateId, update.UserName, id.RevisionNumber, state, code, HoldReason.None)]);
        if (update.IsRemoval && (state is UpdateState.NotInstalled or UpdateState.InstalledPendingReboot))
        {
            report.Removed.Add(new CycleReport.InstallLine(id.UpdateId, id.RevisionNumber, update.Revision.Texts[0].Title, state.ToString(), last.Code, last.NeedsRestart, update.UserName));
            events.Removed(id, state.ToString(), last.Code);
            return;
        }

        if (state is UpdateState.Installed or UpdateState.InstalledPendingReboot)
        {
            report.Installed.Add(new CycleReport.InstallLine(id.UpdateId, id.RevisionNumber, update.Revision.Texts[0].Title, state.ToString(), last.Code, last.NeedsRestart, update.UserName));
            events.Installed(id, state.ToString(), last.Code);
            return;
        }

        Fail(update, last.Code, last.Reason, report, events);

        ApplicabilityResult? Again(RevisionId revision) => _scanner.ScanOne(revision, update.User is null ? _facts.Read(_journal.Installed) : new UserFacts(_facts.Read(_journal.Installed), update.User));
    }

    /// <summary>Asks the update's own rule whether the installation did what its exit code says, and records the verdict.</summary>
    private InstallAttempt Confirm(InstallAttempt attempt, ApplicabilityResult? verdict)
    {
        var isDone = IsDone(attempt.IsRemoval, verdict?.State);
        var confirmed = attempt with { IsConfirmed = isDone };
        if (!isDone && attempt is { HasSucceeded: true, NeedsRestart: false })
        {
            var why = verdict is null ? "it is no longer among the decisions" : verdict.Reason;
            confirmed = confirmed with { HasSucceeded = false, Reason = $"its installer ended with code {attempt.Code}, but it is {(attempt.IsRemoval ? "still" : "not")} installed: {why}" };
        }

        _journal.Write(confirmed);
        return confirmed;
    }

    private void Fail(PlannedUpdate update, int code, string reason, CycleReport report, AgentEvents events)
    {
        report.Failed.Add(new CycleReport.FailureLine(update.Decision.Id.UpdateId, update.Decision.Id.RevisionNumber, update.Revision.Texts[0].Title, code, reason, update.UserName));
        events.Failed(update.Decision.Id, code, reason);
        Log.Failed(_logger, update.Decision.Id, reason);
    }

    private static void Skip(PlannedUpdate update, string reason, CycleReport report)
        => report.Skipped.Add(new CycleReport.FailureLine(update.Decision.Id.UpdateId, update.Decision.Id.RevisionNumber, update.Revision.Texts[0].Title, 0, reason, update.UserName));

    private static partial class Log
    {
        [LoggerMessage(1601, LogLevel.Information, "Evaluated {Count} revisions, {Again} of them anew: {Needed} needed, {Planned} of them to be installed, {Undecided} undecided for want of facts")]
        internal static partial void Scanned(ILogger logger, int count, int again, int needed, int planned, int undecided);

        [LoggerMessage(1602, LogLevel.Error, "{Update} failed: {Reason}")]
        internal static partial void Failed(ILogger logger, RevisionId update, string reason);
    }
}
