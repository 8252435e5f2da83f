namespace Hierarchy.Replication.Courier;

/// <summary>What the body of a frame is. A reader that meets a number that it does not know refuses the file, unless the number is <see cref="FirstOptional"/> or above: then it passes over the frame.</summary>
public enum CourierFrameType
{
    /// <summary>`CourierHeader`; the first frame, and no other.</summary>
    Header = 1,

    /// <summary>`FollowResponse` with a page, or with `CaughtUp` after the last of them.</summary>
    Feed = 2,

    /// <summary>`CourierFile`.</summary>
    File = 3,

    /// <summary>The next bytes of that file.</summary>
    FileBytes = 4,

    /// <summary>`ReportBatch`.</summary>
    Reports = 5,

    /// <summary>`ServerStatuses`.</summary>
    Servers = 6,

    /// <summary>`CourierHeld`.</summary>
    Held = 7,

    /// <summary>Empty; the last frame.</summary>
    End = 15,

    /// <summary>From here on, frames that a reader may pass over.</summary>
    FirstOptional = 128,
}
