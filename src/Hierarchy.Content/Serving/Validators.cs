using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace Hierarchy.Content.Serving;

/// <summary>The ETag and date of a file, and what conditional requests make of them (RFC 9110, section 13). No I/O.</summary>
/// <remarks>Both come from the catalog alone, so they are the same on every server and do not change when a file that is arriving has arrived: a download goes on at any server.</remarks>
internal readonly struct Validators
{
    /// <summary>Where the catalog gives no date. Content never changes under its name, so any date in the past is true.</summary>
    private static readonly DateTimeOffset NoDate = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public Validators(ContentFile file)
    {
        ETag = new EntityTagHeaderValue(file.Sha256 is { } sha256 ? $"\"{sha256}\"" : $"\"sha1-{file.Sha1}\"");
        var modified = (file.Modified ?? NoDate).ToUniversalTime();
        LastModified = new DateTimeOffset(modified.Ticks - modified.Ticks % TimeSpan.TicksPerSecond, TimeSpan.Zero);
    }

    public EntityTagHeaderValue ETag { get; }

    /// <summary>Whole seconds, as HTTP has them.</summary>
    public DateTimeOffset LastModified { get; }

    public void Write(IHeaderDictionary headers)
    {
        headers.ETag = ETag.ToString();
        headers.LastModified = LastModified.ToString("r", CultureInfo.InvariantCulture);
    }

    public Precondition Check(RequestHeaders request)
    {
        if (request.IfMatch is { Count: > 0 } wanted)
        {
            if (!IsAny(wanted, useStrongComparison: true)) return Precondition.Failed;
        }
        else if (request.IfUnmodifiedSince < LastModified)
        {
            return Precondition.Failed;
        }

        if (request.IfNoneMatch is { Count: > 0 } held)
        {
            if (IsAny(held, useStrongComparison: false)) return Precondition.NotModified;
        }
        else if (request.IfModifiedSince >= LastModified)
        {
            return Precondition.NotModified;
        }

        return IsSame(request.IfRange) ? Precondition.Proceed : Precondition.IgnoreRange;
    }

    private bool IsSame(RangeConditionHeaderValue? ifRange)
    {
        if (ifRange is null) return true;
        return ifRange.EntityTag is { } tag ? tag.Compare(ETag, useStrongComparison: true) : ifRange.LastModified == LastModified;
    }

    private bool IsAny(IList<EntityTagHeaderValue> tags, bool useStrongComparison)
    {
        foreach (var tag in tags)
        {
            if (tag.Tag == "*" || tag.Compare(ETag, useStrongComparison)) return true;
        }

        return false;
    }
}
