using System.Globalization;
using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Domain.Applicability.Rules;

/// <summary>A file as a rule names it: a path below a special folder (Csidl), below the folder that a registry value holds (…PrependRegSz), or absolute.</summary>
internal sealed class FileReference(string path, int? csidl, KeyReference? key, string? value)
{
    private const int PathLimit = 32_767;

    // An absolute path needs no facts: made once.
    private readonly string? _absolute = csidl is null && key is null ? Canonicalize(path) : null;

    internal Fact<FileFacts> Find(in RuleContext context)
    {
        if (_absolute is not null) return context.Facts.FindFile(_absolute);
        var folder = FindFolder(context);
        return folder.State switch
        {
            FactState.Known when Canonicalize($@"{folder.Value}\{path}") is { } full => context.Facts.FindFile(full),
            FactState.Absent => Fact.Absent<FileFacts>(),
            _ => Fact.Unknown<FileFacts>(folder.Reason ?? "the folder is not known"),
        };
    }

    public override string ToString()
    {
        if (csidl is not null) return $@"CSIDL({csidl})\{path.TrimStart('\\')}";
        return key is null ? path : $@"[{key}!{value}]\{path.TrimStart('\\')}";
    }

    /// <summary>Single backslashes, no `.` and no `..`: two spellings of one file are one file.</summary>
    internal static string? Canonicalize(string path)
    {
        if (path.Length > PathLimit) return null;
        var parts = path.Split(['\\', '/'], StringSplitOptions.RemoveEmptyEntries);
        var kept = new List<string>(parts.Length);
        foreach (var part in parts)
        {
            if (part == ".") continue;
            if (part == "..")
            {
                if (kept.Count > 1) kept.RemoveAt(kept.Count - 1);
                continue;
            }

            kept.Add(part);
        }

        var joined = string.Join('\\', kept);
        return path.StartsWith(@"\\", StringComparison.Ordinal) ? @"\\" + joined : joined;
    }

    private Fact<string> FindFolder(in RuleContext context)
    {
        if (csidl is { } number) return context.Facts.FindFolder(number);
        if (key is null || !key.TryResolve(context, out var resolved)) return Fact.Unknown<string>("HKEY_LOOP_TARGET outside of a RegKeyLoop");
        var fact = context.Facts.ReadValue(resolved, value ?? "");
        if (!fact.IsKnown(out var found)) return fact.State == FactState.Absent ? Fact.Absent<string>() : Fact.Unknown<string>(fact.Reason ?? "");
        return found switch
        {
            { Type: RegistryValue.StringType, Text: { } text } => Fact.Known(text),
            { Type: RegistryValue.ExpandStringType, Text: { } text } => context.Facts.Expand(text),
            _ => Fact.Unknown<string>($"{resolved}!{value} is a {found.Type}, not a REG_SZ"),
        };
    }
}

internal abstract class FileRule(string name, FileReference file) : ApplicabilityRule(name)
{
    internal sealed override RuleOutcome Evaluate(in RuleContext context)
    {
        var fact = file.Find(context);
        return fact.State switch
        {
            FactState.Known when fact.Value is { } found => Compare(found),
            FactState.Absent => Is(false, "the file does not exist"),
            _ => Cannot(fact),
        };
    }

    private protected abstract RuleOutcome Compare(FileFacts found);

    private protected override string Describe() => file.ToString();
}

/// <summary>FileExists and FileExistsPrependRegSz: what else is asked for must be equal.</summary>
internal sealed class FileExistsRule(string name, FileReference file, FileFacts wanted) : FileRule(name, file)
{
    private protected override RuleOutcome Compare(FileFacts found)
    {
        if (wanted.Version is not null && found.VersionProblem is { } problem) return Cannot(problem);
        if (wanted.Version is { } version && found.Version != version) return Is(false, $"its version is {found.Version?.ToString() ?? "none"}");
        if (wanted.Size is not null && found.Size is null) return Cannot("its size is not known");
        if (wanted.Size is not null && found.Size != wanted.Size) return Is(false, $"its size is {found.Size}");
        if (wanted.Created is not null && found.Created is null) return Cannot("its creation date is not known");
        if (wanted.Created is not null && found.Created != wanted.Created) return Is(false, $"it was created {found.Created:u}");
        if (wanted.Modified is not null && found.Modified is null) return Cannot("its modification date is not known");
        if (wanted.Modified is not null && found.Modified != wanted.Modified) return Is(false, $"it was modified {found.Modified:u}");
        if (wanted.Language is not null && found.Language is null) return Cannot("its language is not known");
        return wanted.Language is not null && found.Language != wanted.Language ? Is(false, $"its language is {found.Language}") : Is(true);
    }
}

internal sealed class FileVersionRule(string name, FileReference file, ScalarComparison comparison, FourPartVersion version) : FileRule(name, file)
{
    private protected override RuleOutcome Compare(FileFacts found)
    {
        if (found.VersionProblem is { } problem) return Cannot(problem);
        if (found.Version is { } has) return Is(comparison.Holds(has.CompareTo(version)), $"its version is {has}");

        // As with RegSzToVersion: where version 0 says no, no is certain.
        return comparison.Holds(default(FourPartVersion).CompareTo(version)) ? Cannot("the file has no version") : Is(false, "the file has no version");
    }

    private protected override string Describe() => $"{base.Describe()} {comparison} {version}";
}

internal sealed class FileSizeRule(string name, FileReference file, ScalarComparison comparison, long size) : FileRule(name, file)
{
    private protected override RuleOutcome Compare(FileFacts found)
        => found.Size is { } has ? Is(comparison.Holds(has.CompareTo(size)), $"its size is {has}") : Cannot("its size is not known");

    private protected override string Describe() => $"{base.Describe()} {comparison} {size}";
}

/// <summary>FileCreated, FileModified and their …PrependRegSz forms; dates are instants.</summary>
internal sealed class FileDateRule(string name, FileReference file, ScalarComparison comparison, DateTimeOffset date, bool isCreated) : FileRule(name, file)
{
    private protected override RuleOutcome Compare(FileFacts found)
        => (isCreated ? found.Created : found.Modified) is { } has
            ? Is(comparison.Holds(has.CompareTo(date)), $"it is of {has:u}")
            : Cannot("its date is not known");

    private protected override string Describe() => $"{base.Describe()} {comparison} {date.ToString("u", CultureInfo.InvariantCulture)}";
}
