// Where a point of the gauge lands in the picture: a pinhole camera looking at the dial. Knows geometry, not gauges.

/** Millimetres do not matter here: the unit is the radius of the dial. x to the right, y down, z towards the camera (0 = dial). */
export interface Point3 {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Pixels from the top-left corner of the picture. */
export interface Point2 {
  readonly x: number;
  readonly y: number;
}

/** How the camera stands to the gauge. Angles in degrees. */
export interface CameraPose {
  /** Dial turned about its upright axis, its right side away for positive values. */
  readonly yawDeg: number;
  /** Dial turned about its level axis, its upper edge away for positive values. */
  readonly pitchDeg: number;
  /** Clockwise turn in the picture. */
  readonly rollDeg: number;
  /** Distance to the middle of the dial in dial radii; near cameras make strong perspective. */
  readonly distanceRadii: number;
  /** Middle of the dial as a share of the picture's width and height. */
  readonly centerX: number;
  readonly centerY: number;
  /** Radius of the dial as a share of the picture's shorter side, as if seen straight on. */
  readonly radius: number;
}

export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** The camera as a function, made once per picture. */
export interface View {
  readonly size: FrameSize;
  project(point: Point3): Point2;
  /** Pixels per dial radius around a point: for line widths, which have no corners to project. */
  scaleAt(point: Point3): number;
}

const DEG = Math.PI / 180;

/**
 * The pinhole camera of a pose. For a fixed z the mapping is a plane homography: straight lines stay straight, circles become
 * ellipses, and equal angles on the dial are no longer equal in the picture, which is what makes reading a gauge more than `atan2`.
 */
export function cameraView(pose: CameraPose, size: FrameSize): View {
  const [cosYaw, sinYaw] = [Math.cos(pose.yawDeg * DEG), Math.sin(pose.yawDeg * DEG)];
  const [cosPitch, sinPitch] = [Math.cos(pose.pitchDeg * DEG), Math.sin(pose.pitchDeg * DEG)];
  const [cosRoll, sinRoll] = [Math.cos(pose.rollDeg * DEG), Math.sin(pose.rollDeg * DEG)];
  const radiusPx = pose.radius * Math.min(size.width, size.height);

  const depthShare = (p: Point3): { x: number; y: number; share: number } => {
    const rollX = cosRoll * p.x - sinRoll * p.y;
    const rollY = sinRoll * p.x + cosRoll * p.y;
    const yawX = cosYaw * rollX + sinYaw * p.z;
    const yawZ = -sinYaw * rollX + cosYaw * p.z;
    const pitchY = cosPitch * rollY - sinPitch * yawZ;
    const pitchZ = sinPitch * rollY + cosPitch * yawZ;
    return { x: yawX, y: pitchY, share: 1 / (1 - pitchZ / pose.distanceRadii) };
  };
  return {
    size,
    project: (point) => {
      const { x, y, share } = depthShare(point);
      return {
        x: pose.centerX * size.width + radiusPx * x * share,
        y: pose.centerY * size.height + radiusPx * y * share,
      };
    },
    scaleAt: (point) => radiusPx * depthShare(point).share,
  };
}

/** A point of the dial by its angle in degrees, clockwise from twelve o'clock, and its distance from the middle. */
export function polar(angleDeg: number, radius: number, z = 0): Point3 {
  return { x: radius * Math.sin(angleDeg * DEG), y: -radius * Math.cos(angleDeg * DEG), z };
}
